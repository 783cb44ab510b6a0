import { TopicExistsError } from '../errors.ts';
import type { EventLog, Producer } from '../port.ts';
import { readTopic } from '../read-topic.ts';
import { parseRegistryEntry } from './registry-entry.ts';
import type { RegistryEntry } from './registry-entry.ts';

/** The compacted topic that records which topics are an installation's own. */
export interface Registry {
  readonly topic: string;
  /**
   * Every entry by topic name, as of now. What later reads find goes into the same map: a copy for each look at one entry
   * would make the creation of n topics n² entries long. Whoever waits while reading it copies it.
   */
  read(signal?: AbortSignal): Promise<ReadonlyMap<string, RegistryEntry>>;
  /** Durable when it resolves. */
  write(name: string, entry: RegistryEntry): Promise<void>;
  close(): Promise<void>;
}

export function createRegistry(log: EventLog, topic: string): Registry {
  const entries = new Map<string, RegistryEntry>();
  /** Of the topic that the entries were read from, and how far. */
  let read: { readonly id: string; readonly offset: number } = { id: '', offset: 0 };
  let producer: Promise<Producer> | undefined;
  /** Reads follow one another, so that none puts an older entry over a newer one. */
  let reading: Promise<unknown> = Promise.resolve();

  async function assertTopic(): Promise<string> {
    const found = await log.admin.describeTopic(topic);
    if (found) return found.id;
    try {
      const made = await log.admin.createTopic({
        name: topic,
        partitions: 1,
        config: { cleanup: 'compact' },
      });
      return made.id;
    } catch (error) {
      if (!(error instanceof TopicExistsError)) throw error;
      return assertTopic();
    }
  }

  async function producerOf(): Promise<Producer> {
    try {
      producer ??= log.createProducer();
      return await producer;
    } catch (error) {
      producer = undefined;
      throw error;
    }
  }

  async function readOn(signal: AbortSignal | undefined): Promise<ReadonlyMap<string, RegistryEntry>> {
    const id = await assertTopic();
    if (id !== read.id) {
      entries.clear();
      read = { id, offset: 0 };
    }
    const options = { from: new Map([[0, read.offset]]), ...(signal ? { signal } : {}) };
    for await (const { key, value, offset } of readTopic(log, topic, options)) {
      const entry = parseRegistryEntry(value);
      if (entry && key) entries.set(key.toString(), entry);
      read = { id, offset: offset + 1 };
    }
    return entries;
  }

  return {
    topic,
    read(signal) {
      const entriesNow = reading.then(() => readOn(signal));
      reading = entriesNow.catch(() => {});
      return entriesNow;
    },
    async write(name, entry) {
      await assertTopic();
      const writer = await producerOf();
      await writer.append([{ topic, key: Buffer.from(name), value: Buffer.from(JSON.stringify(entry)) }]);
    },
    async close() {
      await (await producer)?.close();
    },
  };
}
