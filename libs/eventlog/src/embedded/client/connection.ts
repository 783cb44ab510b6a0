import type { Duplex } from 'node:stream';
import { randomUUID } from 'node:crypto';
import type { Clock } from '@ccd/reconcile';
import { z } from 'zod';
import { InvalidRequestError, LogUnavailableError, RecordTooLargeError } from '../../errors.ts';
import { engineLimits } from '../engine/limits.ts';
import { untilAborted } from '../signals.ts';
import { fromWireError } from '../wire/error-codec.ts';
import { encodeFrame } from '../wire/frames.ts';
import { protocolVersion, requestSchema, resultSchemas } from '../wire/requests.ts';
import type { GroupEvent, Request, RequestOf, ResultOf, ResultSchemas } from '../wire/requests.ts';
import { createChannel } from './channel.ts';
import type { Channel, Reply } from './channel.ts';
import { createPendingRequests } from './pending.ts';

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

type Body<Op extends Request['op']> = Omit<RequestOf<Op>, 'op' | 'id' | 'sequence'>;
interface Answered<Op extends Request['op']> {
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

const schemas: ResultSchemas = resultSchemas;
const shortestBackoffMs = 20;
const longestBackoffMs = 1_000;
/** How long `close` waits for the engine to forget the client. */
const goodbyeMs = 1_000;

export function createConnection(options: ConnectionOptions): Connection {
  const { clock, deadlineMs } = options;
  const client = randomUUID();
  const pending = createPendingRequests(clock, pumpWrites);
  const waitingWrites: (() => void)[] = [];
  const lostListeners = new Set<() => void>();
  const eventListeners = new Map<number, (event: GroupEvent) => void>();
  const closing = new AbortController();
  let channel: Channel | undefined;
  let connected = Promise.withResolvers<undefined>();
  let downSince = clock.monotonic();
  let lastFailure: unknown;
  let nextId = 1;
  let nextSequence = 0;

  function enqueue<Op extends Request['op']>(
    op: Op,
    body: Body<Op>,
    how: { payload?: Buffer | undefined; sequence?: number; bound?: boolean; deadline?: number | undefined },
  ): { id: number; answer: Promise<Answered<Op>> } {
    const id = nextId++;
    const { sequence, payload } = how;
    const header = requestSchema.safeParse({
      op,
      id,
      ...body,
      ...(sequence === undefined ? {} : { sequence }),
    });
    // The engine would end the connection, and with it everybody else's requests.
    if (!header.success)
      throw new InvalidRequestError(z.prettifyError(header.error), { cause: header.error });
    const frame = encodeFrame(header.data, payload);
    const answer = new Promise<Answered<Op>>((resolve, reject) => {
      pending.add({
        id,
        frame,
        sequence,
        deadline: how.deadline,
        bound: how.bound ?? false,
        reject,
        resolve(result, answered) {
          const parsed = schemas[op].safeParse(result);
          if (parsed.success) resolve({ result: parsed.data, payload: answered });
          else
            reject(
              new LogUnavailableError('the engine answered with something else', { cause: parsed.error }),
            );
        },
      });
    });
    channel?.send(frame);
    return { id, answer };
  }

  function newDeadline(): number | undefined {
    return deadlineMs === undefined ? undefined : clock.monotonic() + deadlineMs;
  }

  function assertOpen(): void {
    if (closing.signal.aborted) throw new LogUnavailableError('this connection is closed');
  }

  function onReply(reply: Reply, payload: Buffer): void {
    const request = pending.take(reply.id);
    if ('error' in reply) request?.reject(fromWireError(reply.error));
    else request?.resolve(reply.result, payload);
    pumpWrites();
  }

  function pumpWrites(): void {
    while (waitingWrites.length > 0 && pending.hasRoomFor(nextSequence)) waitingWrites.shift()?.();
  }

  function dropSession(): void {
    channel = undefined;
    connected = Promise.withResolvers();
    downSince = clock.monotonic();
    lostListeners.forEach((listener) => {
      listener();
    });
    for (const { id, bound } of pending.all()) if (bound) pending.take(id)?.reject(new SessionLostError());
  }

  /** Introduces the client and resolves once the engine knows it. */
  function greet(stream: Duplex): Promise<Channel> {
    return new Promise((resolve, reject) => {
      const fresh: Channel = createChannel(stream, {
        reply(reply, payload) {
          if (channel === fresh) onReply(reply, payload);
          else if ('error' in reply) reject(fromWireError(reply.error));
          else resolve(fresh);
        },
        event({ consumer, ...event }) {
          eventListeners.get(consumer)?.({ consumer, ...event });
        },
        close() {
          reject(new SessionLostError());
          if (channel === fresh) dropSession();
        },
      });
      const destroy = (): void => {
        fresh.destroy();
      };
      closing.signal.addEventListener('abort', destroy, { signal: fresh.closed });
      fresh.send(encodeFrame({ op: 'hello', id: 0, version: protocolVersion, client }));
    });
  }

  function adopt(fresh: Channel): void {
    channel = fresh;
    for (const { frame } of pending.all()) fresh.send(frame);
    connected.resolve(undefined);
    pumpWrites();
  }

  async function beat(live: Channel, heartbeatMs: number): Promise<void> {
    try {
      while (channel === live) {
        const state = { answered: false };
        void bound('ping', {}).then(
          () => (state.answered = true),
          () => {},
        );
        await clock.sleep(heartbeatMs, live.closed);
        if (!state.answered) live.destroy();
      }
    } catch {
      // The channel has ended.
    }
  }

  async function stayConnected(): Promise<void> {
    for (let backoff = shortestBackoffMs; !closing.signal.aborted;) {
      const began = clock.monotonic();
      try {
        const fresh = await greet(await options.open(closing.signal));
        adopt(fresh);
        if (options.heartbeatMs !== undefined) void beat(fresh, options.heartbeatMs);
        await untilAborted(fresh.closed);
      } catch (error) {
        lastFailure = error;
      }
      // A session that ended at once is a failure too, or a request that kills it would make this a busy loop.
      if (clock.monotonic() - began > longestBackoffMs) backoff = shortestBackoffMs;
      await clock.sleep(backoff * (0.5 + Math.random() / 2), closing.signal).catch(() => {});
      backoff = Math.min(backoff * 2, longestBackoffMs);
    }
  }

  async function bound<Op extends Request['op']>(
    op: Op,
    body: Body<Op>,
    signal?: AbortSignal,
  ): Promise<Answered<Op>> {
    assertOpen();
    signal?.throwIfAborted();
    if (!channel) throw new SessionLostError();
    const { id, answer } = enqueue(op, body, { bound: true });
    if (!signal) return answer;
    const cancel = (): void => {
      pending.take(id)?.reject(new SessionLostError());
      if (channel) void enqueue('cancel', { request: id }, { bound: true }).answer.catch(() => {});
    };
    signal.addEventListener('abort', cancel, { once: true });
    return answer.finally(() => {
      signal.removeEventListener('abort', cancel);
    });
  }

  const running = stayConnected();

  return {
    bound,
    async ask(op, body, payload) {
      assertOpen();
      return enqueue(op, body, { payload, deadline: newDeadline() }).answer;
    },
    write(op, body, payload) {
      return new Promise((resolve, reject) => {
        assertOpen();
        if (payload && payload.length > engineLimits.frameBytes / 2) {
          throw new RecordTooLargeError('of one call', payload.length, engineLimits.frameBytes / 2);
        }
        const deadline = newDeadline();
        waitingWrites.push(() => {
          try {
            enqueue(op, body, { payload, deadline, sequence: nextSequence++ }).answer.then(resolve, reject);
          } catch (error) {
            reject(error instanceof Error ? error : new InvalidRequestError(String(error)));
          }
        });
        pumpWrites();
      });
    },
    async ready(signal) {
      while (!channel) {
        assertOpen();
        const patience = new AbortController();
        const stop = AbortSignal.any([patience.signal, closing.signal, ...(signal ? [signal] : [])]);
        const left = deadlineMs === undefined ? undefined : downSince + deadlineMs - clock.monotonic();
        if (left !== undefined && left <= 0) {
          throw new LogUnavailableError('no engine answers', { cause: lastFailure });
        }
        const waits = [connected.promise, untilAborted(stop)];
        if (left !== undefined) waits.push(clock.sleep(left, stop).catch(() => {}));
        await Promise.race(waits);
        patience.abort();
        signal?.throwIfAborted();
      }
    },
    onLost(listener) {
      lostListeners.add(listener);
      return () => lostListeners.delete(listener);
    },
    onEvent(consumer, listener) {
      eventListeners.set(consumer, listener);
      return () => eventListeners.delete(consumer);
    },
    async close() {
      if (channel) {
        const patience = new AbortController();
        const told = bound('bye', {}).catch(() => {});
        await Promise.race([told, clock.sleep(goodbyeMs, patience.signal).catch(() => {})]);
        patience.abort();
      }
      closing.abort();
      for (const { id } of pending.all()) {
        pending.take(id)?.reject(new LogUnavailableError('this connection is closed'));
      }
      await running;
    },
  };
}
