/**
 * Frames of the engine's socket: length of the rest (uint32 BE), length of the header (uint32 BE), header (JSON in
 * UTF-8), payload (the rest; the header's kind decides what it holds).
 */
export interface Frame {
  readonly header: unknown;
  readonly payload: Buffer;
}

/** Bytes that are no frame: the connection cannot be trusted any further. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

const noPayload = Buffer.alloc(0);
const prefix = 8;

export function encodeFrame(header: unknown, payload: Uint8Array = noPayload): Buffer {
  const text = JSON.stringify(header);
  const headerLength = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(prefix + headerLength + payload.length);
  frame.writeUInt32BE(4 + headerLength + payload.length, 0);
  frame.writeUInt32BE(headerLength, 4);
  frame.write(text, prefix);
  frame.set(payload, prefix + headerLength);
  return frame;
}

function parseFrame(bytes: Buffer): Frame {
  const headerLength = bytes.readUInt32BE(0);
  if (headerLength > bytes.length - 4) throw new ProtocolError('header longer than its frame');
  try {
    const header: unknown = JSON.parse(bytes.toString('utf8', 4, 4 + headerLength));
    return { header, payload: bytes.subarray(4 + headerLength) };
  } catch (cause) {
    throw new ProtocolError('header is not JSON', { cause });
  }
}

/**
 * Cuts a byte stream into frames. `push` takes what arrived and hands over the frames that became whole.
 * @throws ProtocolError on a frame above `maxFrameBytes` or one that is malformed
 */
export function createFrameDecoder(maxFrameBytes: number): { push(chunk: Buffer): Frame[] } {
  let chunks: Buffer[] = [];
  let buffered = 0;
  let needed = 4;

  function joined(): Buffer {
    const [only] = chunks;
    const all = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, buffered);
    chunks = [all];
    return all;
  }

  return {
    push(chunk) {
      chunks.push(chunk);
      buffered += chunk.length;
      const frames: Frame[] = [];
      // Chunks are joined only once a whole frame is there, so that a large frame is copied once.
      while (buffered >= needed) {
        let bytes = joined();
        const length = bytes.readUInt32BE(0);
        if (length < 4 || length > maxFrameBytes) throw new ProtocolError(`frame of ${length} bytes`);
        needed = 4 + length;
        if (buffered < needed) break;
        frames.push(parseFrame(bytes.subarray(4, needed)));
        bytes = bytes.subarray(needed);
        chunks = bytes.length > 0 ? [bytes] : [];
        buffered = bytes.length;
        needed = 4;
      }
      return frames;
    },
  };
}
