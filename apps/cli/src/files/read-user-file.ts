import { readFile } from 'node:fs/promises';
import { CliError } from '../cli-error.ts';

/** A file that a person named. @throws CliError with the reason when it cannot be read */
export async function readUserFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason';
    throw new CliError(`${path} cannot be read (${reason})`, { cause });
  }
}
