import { abortable } from '../abortable.ts';
import type { Body } from '../watch-body.ts';

export interface Part {
  readonly bytes: Buffer;
  /** Whether the body ends with it. It may be empty then. */
  readonly last: boolean;
}

/** Cuts a body into parts of exactly `partBytes` bytes and a last one of at most as many. */
export async function* toParts(body: Body, partBytes: number, signal?: AbortSignal): AsyncGenerator<Part> {
  let waiting: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of abortable(toChunks(body), signal)) {
    waiting.push(chunk);
    size += chunk.byteLength;
    // The part that fills up exactly waits as well: it may be the last.
    if (size <= partBytes) continue;
    const bytes = Buffer.concat(waiting);
    let at = 0;
    for (; bytes.length - at > partBytes; at += partBytes) {
      yield { bytes: bytes.subarray(at, at + partBytes), last: false };
    }
    waiting = [bytes.subarray(at)];
    size = bytes.length - at;
  }
  yield { bytes: Buffer.concat(waiting), last: true };
}

async function* toChunks(body: Body): AsyncGenerator<Uint8Array> {
  if (body instanceof Uint8Array) yield body;
  else yield* body;
}
