export type * from './domain.ts';
export { connectControlPlane } from './connect-control-plane.ts';
export type { ControlPlaneOptions } from './options.ts';
export {
  ControlPlaneRefusedError,
  ControlPlaneUnavailableError,
  InvalidAnswerError,
  InvalidOptionsError,
} from './errors.ts';
export type { StatusName } from './errors.ts';
export { mostEventsOfReport, streamIdKey, usageBeforeKey } from './queries/usage.ts';
export { tlsChannel } from './transport/tls-channel.ts';
export type { TlsChannel } from './transport/tls-channel.ts';
export { requestText } from './transport/request-text.ts';
export type { RequestTextOptions, TextAnswer } from './transport/request-text.ts';
export type { ProxyOptions } from './transport/proxy.ts';
export { isRetryable, retryDelayMs } from './transport/retry.ts';
export {
  conditionalKeys,
  isStill,
  readKnownAnswer,
  writeKnownAnswer,
  writeUnchanged,
} from './conditional-answer.ts';
export type { KnownAnswer } from './conditional-answer.ts';
export {
  digestAnswer,
  installationKey,
  MalformedMetadataError,
  maxRemoved,
  metadataKeys,
  readSnapshotMetadata,
  writeSnapshotMetadata,
} from './snapshot-metadata.ts';
export type { MetadataSource, SnapshotMetadata } from './snapshot-metadata.ts';
export { fromCachedSnapshot, toCachedSnapshot } from './snapshot/cached-snapshot.ts';
export type { CachedList, CachedLists } from './snapshot/cached-snapshot.ts';
export { createContractCatalog } from './catalog/contract-catalog.ts';
export type { CatalogProblem, ContractCatalog, ContractCatalogOptions } from './catalog/contract-catalog.ts';
export { createStateReporter } from './state-reporter.ts';
export type {
  NotedState,
  OwnState,
  ReportProblem,
  StateReporter,
  StateReporterOptions,
} from './state-reporter.ts';
export { readComponentMessage } from './convert/component-message.ts';
export type { ComponentMessage } from './convert/component-message.ts';
export { version } from './version.ts';
export { hashSpec } from './snapshot/hash-spec.ts';
