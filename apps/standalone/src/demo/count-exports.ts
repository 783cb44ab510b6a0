import { text } from 'node:stream/consumers';
import type { ObjectStore } from '@ccd/storage';

export interface Exports {
  /** Keys of the objects. */
  readonly objects: readonly string[];
  readonly events: number;
  readonly keys: number;
}

/** Counts what lies in a bucket of exports; objects are read once, since a published one does not change. */
export function createExportCounter(bucket: Pick<ObjectStore, 'list' | 'get'>): () => Promise<Exports> {
  const lines = new Map<string, number>();

  async function look(): Promise<Exports> {
    for await (const { key } of bucket.list('')) {
      if (isExport(key) && !lines.has(key)) lines.set(key, countLines(await text(await bucket.get(key))));
    }
    const total = (extension: string) =>
      [...lines].reduce((sum, [key, number]) => (key.endsWith(extension) ? sum + number : sum), 0);
    const keyFiles = [...lines.keys()].filter((key) => key.endsWith('.csv')).length;
    // The first line of each file of keys names its columns.
    return { objects: [...lines.keys()], events: total('.jsonl'), keys: total('.csv') - keyFiles };
  }

  return look;
}

/** Not a test of the credentials. */
const isExport = (key: string): boolean =>
  (key.endsWith('.jsonl') || key.endsWith('.csv')) && !/(^|\/)\.[^/]*$/.test(key);

const countLines = (content: string): number => content.split('\n').filter((line) => line !== '').length;
