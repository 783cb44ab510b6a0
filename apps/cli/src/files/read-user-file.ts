import { readFile } from 'node:fs/promises';
import { CliError } from '../cli-error.ts';
import { errorCode } from './error-code.ts';

/** A file that a person named. @throws CliError with the reason when it cannot be read */
export async function readUserFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new CliError(`${path} cannot be read (${errorCode(cause) ?? 'unknown reason'})`, { cause });
  }
}
