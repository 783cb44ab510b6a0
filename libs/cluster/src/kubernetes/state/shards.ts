import { digestOf } from '../template/names.ts';

/** An object of Kubernetes may have 1 MiB; names, labels and what JSON escapes need some of it. */
export const shardBytes = 900_000;

export interface Shard {
  /** Of its content: equal content is written once. */
  readonly digest: string;
  readonly text: string;
}

/** Cuts a text into parts of at most `most` bytes of UTF-8, never within a character. */
export function cutIntoShards(text: string, most = shardBytes): readonly Shard[] {
  const bytes = Buffer.from(text);
  const shards: Shard[] = [];
  for (let start = 0; start < bytes.length;) {
    let end = Math.min(start + most, bytes.length);
    // A byte of the form 10xxxxxx goes on with the character before it.
    while (end < bytes.length && end > start && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
    const part = bytes.toString('utf8', start, end);
    shards.push({ digest: digestOf(part, 32), text: part });
    start = end;
  }
  return shards;
}
