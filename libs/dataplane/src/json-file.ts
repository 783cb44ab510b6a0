import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { z } from 'zod';

/** A small document that outlives the process; half a one, or one of another shape, counts as none. */
export interface JsonFile<T> {
  load(): Promise<T | undefined>;
  /** Replaces the document whole; durable when this resolves. */
  save(value: T): Promise<void>;
}

/** Readable by its owner alone. Saves of one file must not overlap. */
export function createJsonFile<T>(path: string, schema: z.ZodType<T>): JsonFile<T> {
  return {
    async load() {
      try {
        const parsed = schema.safeParse(JSON.parse(await readFile(path, 'utf8')));
        return parsed.success ? parsed.data : undefined;
      } catch {
        // Absent or torn: the caller asks the source again.
        return undefined;
      }
    },
    async save(value) {
      await mkdir(dirname(path), { recursive: true });
      const temporary = `${path}.${process.pid}.tmp`;
      const file = await open(temporary, 'w', 0o600);
      try {
        await file.writeFile(JSON.stringify(value));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
      await syncFolder(dirname(path));
    },
  };
}

/** Without it a power cut can take the new name away again. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
