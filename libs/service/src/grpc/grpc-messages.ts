import { GrpcError, grpcStatus } from './grpc-status.ts';

/** Before each message: a flag whether it is compressed, and its length (PROTOCOL-HTTP2, "Length-Prefixed-Message"). */
export const prefixBytes = 5;

/** A message as it came. */
export interface ReceivedMessage {
  readonly isCompressed: boolean;
  readonly bytes: Buffer;
}

/** A message with its prefix, not compressed. */
export function frameMessage(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(prefixBytes + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, prefixBytes);
  return frame;
}

/** Cuts the body of a call into its messages. */
export interface MessageReader {
  /**
   * Takes the next bytes and returns the messages that they complete.
   * @throws GrpcError RESOURCE_EXHAUSTED as soon as a message says that it is too large, INTERNAL for another flag
   */
  push(chunk: Buffer): readonly ReceivedMessage[];
  /** Whether the bytes so far end with a message. */
  isBetweenMessages(): boolean;
}

/** @param maxBytes of a message, as it is sent */
export function createMessageReader(maxBytes: number): MessageReader {
  const rest = createGrowingBuffer();

  return {
    push(chunk) {
      let bytes = rest.length() === 0 ? chunk : rest.append(chunk);
      const messages: ReceivedMessage[] = [];
      while (bytes.length >= prefixBytes) {
        const end = prefixBytes + readLength(bytes, maxBytes);
        if (bytes.length < end) break;
        messages.push({ isCompressed: bytes[0] === 1, bytes: bytes.subarray(prefixBytes, end) });
        bytes = bytes.subarray(end);
      }
      if (messages.length > 0 || rest.length() === 0) rest.replace(bytes);
      return messages;
    },
    isBetweenMessages: () => rest.length() === 0,
  };
}

/** Bytes in one piece. A list of the chunks would cost a peer who sends byte by byte little, and us a lot. */
function createGrowingBuffer() {
  const none = Buffer.alloc(0);
  let store: Buffer = none;
  let length = 0;

  return {
    length: () => length,
    append(chunk: Buffer): Buffer {
      if (store.length < length + chunk.length) {
        const larger = Buffer.allocUnsafe(2 * (length + chunk.length));
        store.copy(larger, 0, 0, length);
        store = larger;
      }
      chunk.copy(store, length);
      length += chunk.length;
      return store.subarray(0, length);
    },
    /** Whoever was given the bytes before keeps them. */
    replace(bytes: Buffer): void {
      store = bytes.length === 0 ? none : Buffer.from(bytes);
      length = bytes.length;
    },
  };
}

function readLength(bytes: Buffer, maxBytes: number): number {
  const flag = bytes[0] ?? 0;
  if (flag > 1) throw new GrpcError(grpcStatus.INTERNAL, `A message begins with the unknown flag ${flag}`);
  const length = bytes.readUInt32BE(1);
  if (length > maxBytes) {
    throw new GrpcError(
      grpcStatus.RESOURCE_EXHAUSTED,
      `Received a message of ${length} bytes, more than the ${maxBytes} that are accepted`,
    );
  }
  return length;
}
