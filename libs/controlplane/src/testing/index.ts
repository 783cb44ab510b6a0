export { answerDataPlane } from './answer-data-plane.ts';
export type { DataPlaneAnswers } from './answer-data-plane.ts';
export { createFakeControlPlane } from './fake-control-plane.ts';
export type { FakeControlPlane, FakeState } from './fake-control-plane.ts';
export { goodToken, startStandInServer, toErrorReply, toFrame, toReply } from './stand-in-server.ts';
export type { AgentList, StandInServer, TokenReply, WireReply } from './stand-in-server.ts';
export {
  derivedStream,
  encodeConnectors,
  encodeExporters,
  encodeStreams,
  keysOf,
  metadataFor,
  projectId,
  sampleConnector,
  sampleExporter,
  sampleStream,
  uuidOf,
} from './samples.ts';
