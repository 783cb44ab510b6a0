import { existsSync } from 'node:fs';
import { createJsonFile } from '@ccd/dataplane';
import type { z } from 'zod';

/** A file whose content cannot be made again holds something else than it should. Does not quote it. */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError';
  constructor(path: string) {
    super(
      `${path} is not what was written there; put it back from a backup, or remove the data folder to start afresh`,
    );
  }
}

/** The content of a file for its owner alone, made on the first call. @throws UnreadableFileError */
export async function loadOrMake<T>(
  path: string,
  schema: z.ZodType<T>,
  make: () => T | Promise<T>,
): Promise<T> {
  const file = createJsonFile(path, schema);
  if (existsSync(path)) {
    const kept = await file.load();
    if (kept === undefined) throw new UnreadableFileError(path);
    return kept;
  }
  const made = await make();
  await file.save(made);
  return made;
}
