import type { TopicPartition } from '../../port.ts';

/**
 * What members of a group tell their leader, and what it tells them: ConsumerProtocolSubscription (version 1) and
 * ConsumerProtocolAssignment (version 0) of Kafka, so that its tools can show our groups.
 */
export interface Subscription {
  readonly topics: readonly string[];
  readonly owned: readonly TopicPartition[];
}

const int16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
};
const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([int16(bytes.length), bytes]);
};
const list = <T>(items: readonly T[], encode: (item: T) => Buffer): Buffer =>
  Buffer.concat([int32(items.length), ...items.map(encode)]);
const places = (all: readonly TopicPartition[]): Buffer =>
  list([...Map.groupBy(all, ({ topic }) => topic)], ([topic, ofTopic]) =>
    Buffer.concat([text(topic), list(ofTopic, ({ partition }) => int32(partition))]),
  );
const noUserData = int32(-1);

export function encodeSubscription({ topics, owned }: Subscription): Buffer {
  return Buffer.concat([int16(1), list(topics, text), noUserData, places(owned)]);
}

export function encodeAssignment(assigned: readonly TopicPartition[]): Buffer {
  return Buffer.concat([int16(0), places(assigned), noUserData]);
}

class Cursor {
  readonly #bytes: Buffer;
  #at = 0;
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }
  int16(): number {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }
  int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }
  text(): string {
    const length = this.int16();
    this.#at += length;
    return this.#bytes.toString('utf8', this.#at - length, this.#at);
  }
  list<T>(decode: () => T): T[] {
    return Array.from({ length: Math.max(0, this.int32()) }, decode);
  }
  skipBytes(): void {
    const length = this.int32();
    this.#at += Math.max(0, length);
  }
  places(): TopicPartition[] {
    return this.list(() => {
      const topic = this.text();
      return this.list(() => ({ topic, partition: this.int32() }));
    }).flat();
  }
}

/** @throws RangeError about bytes that are no subscription */
export function decodeSubscription(bytes: Buffer): Subscription {
  const cursor = new Cursor(bytes);
  const version = cursor.int16();
  const topics = cursor.list(() => cursor.text());
  cursor.skipBytes();
  return { topics, owned: version >= 1 ? cursor.places() : [] };
}

/** Nothing assigned may be told by no bytes at all. @throws RangeError about bytes that are no assignment */
export function decodeAssignment(bytes: Buffer): readonly TopicPartition[] {
  if (bytes.length === 0) return [];
  const cursor = new Cursor(bytes);
  cursor.int16();
  return cursor.places();
}
