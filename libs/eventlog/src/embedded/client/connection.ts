import type { Duplex } from 'node:stream';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { InvalidRequestError, LogUnavailableError, RecordTooLargeError } from '../../errors.ts';
import { engineLimits } from '../engine/limits.ts';
import { untilAborted } from '../../consuming/signals.ts';
import { fromWireError } from '../wire/error-codec.ts';
import { encodeFrame } from '../wire/frames.ts';
import { protocolVersion, requestSchema, resultSchemas } from '../wire/requests.ts';
import type { GroupEvent, Request, ResultSchemas } from '../wire/requests.ts';
import { createChannel } from './channel.ts';
import type { Channel, Reply } from './channel.ts';
import { SessionLostError } from './connection-port.ts';
import type { Answered, Body, Connection, ConnectionOptions } from './connection-port.ts';
import { keepBeating } from './heartbeat.ts';
import { createPendingRequests } from './pending.ts';
import { createWriteQueue } from './write-queue.ts';

const schemas: ResultSchemas = resultSchemas;
const shortestBackoffMs = 20;
const longestBackoffMs = 1_000;
/** How long `close` waits for the engine to forget the client. */
const goodbyeMs = 1_000;

export function createConnection(options: ConnectionOptions): Connection {
  const { clock, deadlineMs } = options;
  const client = randomUUID();
  const pending = createPendingRequests(clock, () => {
    writes.pump();
  });
  const writes = createWriteQueue({ clock, hasRoomFor: (sequence) => pending.hasRoomFor(sequence) });
  const lostListeners = new Set<() => void>();
  const eventListeners = new Map<number, (event: GroupEvent) => void>();
  const closing = new AbortController();
  let channel: Channel | undefined;
  let connected = Promise.withResolvers<undefined>();
  let downSince = clock.monotonic();
  let lastFailure: unknown;
  let nextId = 1;

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
    writes.pump();
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
      if (closing.signal.aborted) destroy();
      fresh.send(encodeFrame({ op: 'hello', id: 0, version: protocolVersion, client }));
    });
  }

  function adopt(fresh: Channel): void {
    channel = fresh;
    for (const { frame } of pending.all()) fresh.send(frame);
    connected.resolve(undefined);
    writes.pump();
  }

  async function stayConnected(): Promise<void> {
    for (let backoff = shortestBackoffMs; !closing.signal.aborted;) {
      const began = clock.monotonic();
      try {
        const fresh = await greet(await options.open(closing.signal));
        adopt(fresh);
        if (options.heartbeatMs !== undefined) {
          void keepBeating({
            channel: fresh,
            clock,
            intervalMs: options.heartbeatMs,
            ping: () => bound('ping', {}),
          });
        }
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
        const send = (sequence: number) => enqueue(op, body, { payload, deadline, sequence }).answer;
        writes.add({
          deadline,
          send: (sequence) => {
            send(sequence).then(resolve, reject);
          },
          reject,
        });
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
      const error = new LogUnavailableError('this connection is closed');
      writes.rejectAll(error);
      for (const { id } of pending.all()) pending.take(id)?.reject(error);
      await running;
    },
  };
}
