import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Exports {
  readonly files: readonly string[];
  readonly events: number;
  readonly keys: number;
}

/** Counts what lies in a folder of exports; files are read once, since a published one does not change. */
export function createExportCounter(folder: string): () => Promise<Exports> {
  const lines = new Map<string, number>();

  async function look(): Promise<Exports> {
    const found = await readdir(folder, { recursive: true }).catch(() => []);
    for (const file of found.filter(isExport)) {
      if (!lines.has(file)) lines.set(file, countLines(await readFile(join(folder, file), 'utf8')));
    }
    const total = (extension: string) =>
      [...lines].reduce((sum, [file, number]) => (file.endsWith(extension) ? sum + number : sum), 0);
    const keyFiles = [...lines.keys()].filter((file) => file.endsWith('.csv')).length;
    // The first line of each file of keys names its columns.
    return { files: [...lines.keys()], events: total('.jsonl'), keys: total('.csv') - keyFiles };
  }

  return look;
}

/** Neither a test of the credentials nor a file that is still being written. */
const isExport = (file: string): boolean =>
  (file.endsWith('.jsonl') || file.endsWith('.csv')) && !/(^|\/)\.[^/]*$/.test(file);

const countLines = (text: string): number => text.split('\n').filter((line) => line !== '').length;
