import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What an exporter wrote of one partition. */
export interface ExportedPartition {
  /** Names of the objects, oldest first. */
  readonly objects: readonly string[];
  /** All of them, one after the other. */
  readonly text: string;
}

/** Objects of one exporter, by name, as what it wrote of each partition. @throws for a name that is no exporter's */
export function toPartitions(texts: ReadonlyMap<string, string>): ReadonlyMap<number, ExportedPartition> {
  const byPartition = new Map<number, ExportedPartition>();
  for (const [name, text] of [...texts].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    const [, partition] = /---(\d+)\.(?:jsonl|csv)$/.exec(name) ?? [];
    if (partition === undefined) throw new Error(`${name} is no object of an exporter`);
    const before = byPartition.get(Number(partition)) ?? { objects: [], text: '' };
    byPartition.set(Number(partition), {
      objects: [...before.objects, name],
      text: before.text + text,
    });
  }
  return byPartition;
}

/** The objects in a folder, by partition. Unfinished uploads have a folder of their own and are no objects. */
export async function readExported(folder: string): Promise<ReadonlyMap<number, ExportedPartition>> {
  const names = await readdir(folder).catch(() => []);
  const texts = names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const);
  return toPartitions(new Map(await Promise.all(texts)));
}

/** Lines of a text in which every line has its end. @throws when the last one has none */
export function wholeLines(text: string): readonly string[] {
  if (text !== '' && !text.endsWith('\n')) throw new Error('an object ends within a line');
  return text.split('\n').slice(0, -1);
}
