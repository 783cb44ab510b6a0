import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What an exporter wrote of one partition. */
export interface ExportedPartition {
  /** Names of the objects, oldest first. */
  readonly objects: readonly string[];
  /** All of them, one after the other. */
  readonly text: string;
}

/** The objects below a folder, by partition. Unfinished uploads have a folder of their own and are no objects. */
export async function readExported(folder: string): Promise<ReadonlyMap<number, ExportedPartition>> {
  const names = (await readdir(folder).catch(() => [])).toSorted();
  const byPartition = new Map<number, ExportedPartition>();
  for (const name of names) {
    const [, partition] = /---(\d+)\.(?:jsonl|csv)$/.exec(name) ?? [];
    if (partition === undefined) throw new Error(`${name} is no object of an exporter`);
    const before = byPartition.get(Number(partition)) ?? { objects: [], text: '' };
    byPartition.set(Number(partition), {
      objects: [...before.objects, name],
      text: before.text + (await readFile(join(folder, name), 'utf8')),
    });
  }
  return byPartition;
}

/** Lines of a text in which every line has its end. @throws when the last one has none */
export function wholeLines(text: string): readonly string[] {
  if (text !== '' && !text.endsWith('\n')) throw new Error('an object ends within a line');
  return text.split('\n').slice(0, -1);
}
