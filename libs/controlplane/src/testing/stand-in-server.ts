import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { constants, createServer as createHttp2Server } from 'node:http2';
import type {
  IncomingHttpHeaders,
  OutgoingHttpHeaders,
  ServerHttp2Session,
  ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { agents, installations, monitoring } from '@ccd/protocol';

/** The lists that agents ask for. */
export type AgentList = 'streams' | 'data-connectors' | 'batch-exporters';

/** What stands on the wire of one answer, whether or not it is gRPC. */
export interface WireReply {
  readonly headers?: OutgoingHttpHeaders;
  /** After the headers. */
  readonly data?: Uint8Array;
  /** Without them the stream ends with its data. */
  readonly trailers?: OutgoingHttpHeaders;
  /** What happens instead of an end. */
  readonly instead?: 'hang' | 'reset' | 'goaway' | 'destroy';
}

/** What the token endpoint does: an answer, as a whole or with no end to it, or no answer ever. */
export type TokenReply =
  | 'hang'
  | {
      readonly status: number;
      readonly body: string | Uint8Array;
      readonly headers?: OutgoingHttpHeaders;
      /** What follows the body, instead of an end. */
      readonly instead?: 'hang' | 'destroy';
    };

export interface StandInServer {
  readonly port: number;
  readonly authUrl: string;
  /** Decides what each of the lists is answered with. */
  answerWith(reply: (list: AgentList) => WireReply): void;
  /** Decides what every other question is answered with, by its method and its message; undefined: with nothing. */
  answerOthersWith(reply: (path: string, message: Buffer) => WireReply | undefined): void;
  /** What the realm of streams publishes as its keys. */
  publishKeys(keySet: object): void;
  /** What the token endpoint answers from now on; a good token until then. */
  answerTokensWith(reply: TokenReply): void;
  /** How often a token was asked for. */
  tokensAsked(): number;
  /** What was reported to it: `<resource type> <name> <status> <message>` of entities. */
  readonly entityStates: monitoring.EntityState[];
  readonly componentStates: readonly installations.UpdateInstalledComponentStateRequest[];
  /** Answers that wait for the end of time. */
  hanging(): number;
  /** Answers that are on their way. */
  sending(): number;
  /** Every method that was ever called. */
  paths(): readonly string[];
  /** How often each list was asked for. */
  asked(list: AgentList): number;
  stop(): Promise<void>;
}

const lists: Readonly<Record<string, AgentList>> = {
  [agents.StreamsAgentServiceService.getStreams.path]: 'streams',
  [agents.DataConnectorsAgentServiceService.getDesiredDataConnectors.path]: 'data-connectors',
  [agents.BatchExportersAgentServiceService.getDesiredBatchExporters.path]: 'batch-exporters',
};
const { updateEntityStates } = monitoring.MonitoringServiceService;
const { updateInstalledComponentState } = installations.InstalledComponentsServiceService;

export const goodToken = { status: 200, body: JSON.stringify({ access_token: 'token-1', expires_in: 3600 }) };
const grpcHeaders = { ':status': 200, 'content-type': 'application/grpc' };

/** A message in the frame of gRPC. */
export function toFrame(message: Uint8Array, compressed = false): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(compressed ? 1 : 0, 0);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** An answer as a server of ours would give it; `metadata` are its initial headers. */
export const toReply = (message: Uint8Array, metadata: Readonly<Record<string, string>> = {}): WireReply => ({
  headers: { ...grpcHeaders, ...metadata },
  data: toFrame(message),
  trailers: { 'grpc-status': '0' },
});

/** An error of gRPC, as a response of trailers alone. */
export const toErrorReply = (code: number, details = ''): WireReply => ({
  headers: { ...grpcHeaders, 'grpc-status': `${code}`, 'grpc-message': encodeURIComponent(details) },
});

/**
 * A server that answers agents with whatever bytes a test likes, beneath every check that a library would make, and
 * takes their reports. It stands in for a control plane that is broken or hostile.
 */
export async function startStandInServer(): Promise<StandInServer> {
  const entityStates: monitoring.EntityState[] = [];
  const componentStates: installations.UpdateInstalledComponentStateRequest[] = [];
  const sessions = new Set<ServerHttp2Session>();
  const counts = new Map<AgentList, number>();
  const called = new Set<string>();
  let [hanging, sending, tokensAsked] = [0, 0, 0];
  let tokens: TokenReply = goodToken;
  let decide: (list: AgentList) => WireReply = () => toErrorReply(14);
  let decideOther: (path: string, message: Buffer) => WireReply | undefined = () => undefined;
  let keySet: object = {};

  function take(path: string, body: Buffer): void {
    for (const message of fromFrames(body)) {
      if (path === updateEntityStates.path)
        entityStates.push(...updateEntityStates.requestDeserialize(message).states);
      if (path === updateInstalledComponentState.path)
        componentStates.push(updateInstalledComponentState.requestDeserialize(message));
    }
  }

  function send(stream: ServerHttp2Stream, { headers, data, trailers, instead }: WireReply): void {
    // Whoever asked may have given up.
    if (stream.destroyed) return;
    if (instead === 'destroy') {
      stream.session?.destroy();
      return;
    }
    if (headers !== undefined && data === undefined && instead === undefined) {
      stream.respond(headers, { endStream: true });
      return;
    }
    if (headers !== undefined) stream.respond(headers, { waitForTrailers: trailers !== undefined });
    if (trailers !== undefined)
      stream.on('wantTrailers', () => {
        stream.sendTrailers(trailers);
      });
    if (data !== undefined) stream.write(data);
    if (instead === undefined) {
      sending += 1;
      stream.on('close', () => (sending -= 1)).end();
    } else if (instead === 'reset') stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    else if (instead === 'goaway') stream.session?.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    else {
      hanging += 1;
      stream.on('close', () => (hanging -= 1));
    }
  }

  // What a test wants to send is sent, however large.
  const server = createHttp2Server({ maxSessionMemory: 1_000 });
  server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session);
    session.on('error', () => {}).on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    const path = headers[':path'] ?? '';
    const chunks: Buffer[] = [];
    stream.on('error', () => {});
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const list = lists[path];
      called.add(path);
      const body = Buffer.concat(chunks);
      take(path, body);
      if (list === undefined) send(stream, decideOther(path, body.subarray(5)) ?? toReply(Buffer.alloc(0)));
      else {
        counts.set(list, (counts.get(list) ?? 0) + 1);
        send(stream, decide(list));
      }
    });
  });
  function sendToken(response: ServerResponse): void {
    tokensAsked += 1;
    if (tokens === 'hang' || tokens.instead === 'hang') {
      hanging += 1;
      response.on('close', () => (hanging -= 1));
    }
    if (tokens === 'hang') return;
    const { status, body, headers = { 'content-type': 'application/json' }, instead } = tokens;
    response.writeHead(status, headers);
    if (instead === undefined) response.end(body);
    else response.write(body, () => instead === 'destroy' && response.destroy());
  }

  const tokenServer = createServer((request, response) => {
    request.resume().on('end', () => {
      if (request.url?.endsWith('/certs') === true) response.end(JSON.stringify(keySet));
      else sendToken(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await new Promise<void>((resolve) => tokenServer.listen(0, '127.0.0.1', resolve));

  return {
    port: (server.address() as AddressInfo).port,
    authUrl: `http://127.0.0.1:${(tokenServer.address() as AddressInfo).port}`,
    entityStates,
    componentStates,
    answerWith(reply) {
      decide = reply;
    },
    answerOthersWith(reply) {
      decideOther = reply;
    },
    publishKeys(keys) {
      keySet = keys;
    },
    answerTokensWith(reply) {
      tokens = reply;
    },
    tokensAsked: () => tokensAsked,
    hanging: () => hanging,
    sending: () => sending,
    paths: () => [...called],
    asked: (list) => counts.get(list) ?? 0,
    async stop() {
      for (const session of sessions) session.destroy();
      tokenServer.closeAllConnections();
      await Promise.all([
        new Promise((resolve) => server.close(resolve)),
        new Promise((resolve) => tokenServer.close(resolve)),
      ]);
    },
  };
}

function* fromFrames(body: Buffer): Iterable<Buffer> {
  for (let at = 0; at + 5 <= body.length;) {
    const end = at + 5 + body.readUInt32BE(at + 1);
    yield body.subarray(at + 5, end);
    at = end;
  }
}
