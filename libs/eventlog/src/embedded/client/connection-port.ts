import type { Duplex } from 'node:stream';
import type { Clock } from '@ccd/reconcile';
import type { GroupEvent, Request, RequestOf, ResultOf } from '../wire/requests.ts';

/** The connection that a request was bound to is gone; what it asked for went with it. */
export class SessionLostError extends Error {
  override readonly name = 'SessionLostError';
  constructor() {
    super('the connection to the engine was lost');
  }
}

export interface ConnectionOptions {
  /** Opens a stream to the engine. */
  open(signal: AbortSignal): Promise<Duplex>;
  readonly clock: Clock;
  /** How long a request is retried, and an outage borne, before LogUnavailableError; absent: for ever. */
  readonly deadlineMs: number | undefined;
  /** A silent engine is given up after two of these; absent: never. */
  readonly heartbeatMs: number | undefined;
}

export type Body<Op extends Request['op']> = Omit<RequestOf<Op>, 'op' | 'id' | 'sequence'>;
export interface Answered<Op extends Request['op']> {
  readonly result: ResultOf<Op>;
  readonly payload: Buffer;
}
type Ask = <Op extends Request['op']>(op: Op, body: Body<Op>, payload?: Buffer) => Promise<Answered<Op>>;

export interface Connection {
  /** A read: sent again after a reconnect. @throws LogUnavailableError */
  readonly ask: Ask;
  /** A write: takes place once, however often it is sent; writes take place in the order of the calls. */
  readonly write: Ask;
  /** A request that makes sense on this session only. @throws SessionLostError */
  bound<Op extends Request['op']>(op: Op, body: Body<Op>, signal?: AbortSignal): Promise<Answered<Op>>;
  /** Resolves when connected. @throws LogUnavailableError when the outage has lasted too long */
  ready(signal?: AbortSignal): Promise<void>;
  /** Called when a session ends, before its bound requests are rejected. Returns how to stop listening. */
  onLost(listener: () => void): () => void;
  onEvent(consumer: number, listener: (event: GroupEvent) => void): () => void;
  close(): Promise<void>;
}
