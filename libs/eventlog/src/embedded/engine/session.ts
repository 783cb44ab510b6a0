import type { Duplex } from 'node:stream';
import { randomUUID } from 'node:crypto';
import { EngineStoppingError } from '../store/committer.ts';
import { ProtocolError, createFrameDecoder, encodeFrame } from '../wire/frames.ts';
import { toWireError } from '../wire/error-codec.ts';
import { requestSchema } from '../wire/requests.ts';
import type { Request } from '../wire/requests.ts';
import { toGroupEvent } from './groups.ts';
import { engineLimits } from './limits.ts';
import type { Answer, Peer } from './peer.ts';

/** One client's connection, seen from the engine. */
export interface Session {
  readonly peer: Peer;
  /** Aborted once the connection is gone. */
  readonly closed: AbortSignal;
  /** When the client was last heard (monotonic time); a session that the engine itself does not read counts as heard. */
  lastHeard(): number;
  /** Ends the connection once what was answered is sent. */
  end(): void;
  /** Ends the connection at once. */
  destroy(): void;
}

/**
 * Reads requests from the stream, answers them in whatever order they finish, and bounds what waits on either side.
 * Bytes that are not the protocol end the session, and nothing else.
 */
export function createSession(
  stream: Duplex,
  options: {
    handle(peer: Peer, request: Request, payload: Buffer): Promise<Answer>;
    monotonic(): number;
    onClose(session: Session): void;
  },
): Session {
  const decoder = createFrameDecoder(engineLimits.frameBytes);
  const closing = new AbortController();
  let waitingForDrain: (() => void)[] = [];
  let unanswered = 0;
  let unansweredBytes = 0;
  /** Read for this client and not yet written to the stream. */
  let reserved = 0;
  let heard = options.monotonic();

  const peer: Peer = {
    id: randomUUID(),
    client: undefined,
    memberships: new Map(),
    fetches: new Map(),
    notify(consumer, event) {
      send(toGroupEvent(consumer, event));
    },
    isWritable: () => stream.writableLength + reserved < engineLimits.answerBytesPerConnection,
    reserve(bytes) {
      reserved += bytes;
    },
    drained: () =>
      new Promise((resolve) => {
        if (closing.signal.aborted) resolve();
        else waitingForDrain.push(resolve);
      }),
  };
  const session: Session = {
    peer,
    closed: closing.signal,
    lastHeard: () => (stream.isPaused() ? options.monotonic() : heard),
    end() {
      stream.end(() => stream.destroy());
    },
    destroy: () => stream.destroy(),
  };

  function send(header: unknown, payload?: Buffer): void {
    if (stream.destroyed) return;
    stream.write(encodeFrame(header, payload));
    regulate();
  }

  function regulate(): void {
    const tooMuch =
      unanswered > engineLimits.requestsPerConnection ||
      unansweredBytes > engineLimits.requestBytesPerConnection ||
      stream.writableLength > engineLimits.answerBytesToPause;
    if (tooMuch && !stream.isPaused()) stream.pause();
    if (!tooMuch && stream.isPaused()) stream.resume();
  }

  function wakeWriters(): void {
    const writers = waitingForDrain;
    waitingForDrain = [];
    writers.forEach((resume) => {
      resume();
    });
    if (!stream.destroyed) regulate();
  }

  async function answer(request: Request, payload: Buffer): Promise<void> {
    // A fetch may wait for days, so that it does not count.
    const weight = request.op === 'fetch' ? 0 : 1;
    const bytes = payload.length;
    unanswered += weight;
    unansweredBytes += bytes;
    try {
      const { result, payload: answered } = await options.handle(peer, request, payload);
      if (request.op === 'fetch') reserved -= answered?.length ?? 0;
      send({ id: request.id, result }, answered);
    } catch (error) {
      // No answer: the client asks the engine that comes next.
      if (error instanceof EngineStoppingError) return;
      send({ id: request.id, error: toWireError(error) });
    } finally {
      unanswered -= weight;
      unansweredBytes -= bytes;
      if (!stream.destroyed) regulate();
    }
  }

  function receive(chunk: Buffer): void {
    heard = options.monotonic();
    for (const { header, payload } of decoder.push(chunk)) {
      const request = requestSchema.safeParse(header);
      if (!request.success) throw new ProtocolError('not a request', { cause: request.error });
      void answer(request.data, payload);
    }
    regulate();
  }

  stream.on('data', (chunk: Buffer) => {
    try {
      receive(chunk);
    } catch {
      // Whoever sends garbage is told nothing; its connection ends.
      stream.destroy();
    }
  });
  stream.on('drain', wakeWriters);
  // A broken connection is seen as its end; the error says no more.
  stream.on('error', () => {});
  stream.on('end', () => stream.destroy());
  stream.on('close', () => {
    closing.abort();
    peer.fetches.forEach((waiting) => {
      waiting.abort();
    });
    wakeWriters();
    options.onClose(session);
  });
  return session;
}
