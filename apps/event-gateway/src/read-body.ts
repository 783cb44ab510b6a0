import type { IncomingMessage } from 'node:http';
import { Http2ServerRequest } from 'node:http2';

/** Why a body was not read to its end. */
export type BodyProblem = 'too-large' | 'no-room' | 'aborted';

export interface BodyLimits {
  readonly maxBytes: number;
  /** Asked before bytes are kept. */
  readonly hold: (bytes: number) => boolean;
}

const empty = Buffer.alloc(0);

/** Reads a body; what cannot be kept is let pass, so that the client gets to read its answer. Never rejects. */
export function readBody(
  request: IncomingMessage | Http2ServerRequest,
  { maxBytes, hold }: BodyLimits,
): Promise<Buffer | BodyProblem> {
  if (hasGone(request)) return Promise.resolve('aborted');
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    let isSettled = false;
    const settle = (outcome: Buffer | BodyProblem): void => {
      isSettled = true;
      resolve(outcome);
    };
    const giveUp = (problem: BodyProblem): void => {
      if (isSettled) return;
      request.off('data', onData);
      settle(problem);
      request.resume();
    };
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > maxBytes) giveUp('too-large');
      else if (hold(chunk.length)) chunks.push(chunk);
      else giveUp('no-room');
    };
    const onEnd = (): void => {
      if (isSettled) return;
      const [only = empty] = chunks;
      // A request that was cut off ends like any other.
      settle(!isWhole(request) ? 'aborted' : chunks.length > 1 ? Buffer.concat(chunks, length) : only);
    };
    const onClose = (): void => {
      giveUp('aborted');
    };
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}

function hasGone(request: IncomingMessage | Http2ServerRequest): boolean {
  return request instanceof Http2ServerRequest
    ? request.stream.destroyed || request.aborted
    : request.destroyed;
}

function isWhole(request: IncomingMessage | Http2ServerRequest): boolean {
  return request instanceof Http2ServerRequest ? !request.aborted : request.complete;
}
