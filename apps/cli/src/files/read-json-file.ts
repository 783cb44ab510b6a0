import { CliError } from '../cli-error.ts';
import { readUserFile } from './read-user-file.ts';

/**
 * The text of a file that a person named, as it is, once it is known to hold a JSON object.
 * @throws CliError that repeats nothing of the file, which may be secret
 */
export async function readJsonFile(path: string): Promise<string> {
  const content = await readUserFile(path);
  if (!isJsonObject(content)) throw new CliError(`${path} does not hold a JSON object`);
  return content;
}

function isJsonObject(content: string): boolean {
  try {
    const value: unknown = JSON.parse(content);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
