import { readFileSync } from 'node:fs';
import { ConfigError } from './config-error.ts';
import { errorCode } from './error-fields.ts';

/** The text of a file that a setting names. @throws ConfigError where it cannot be read */
export function readSettingFile(variable: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = errorCode(error) ?? 'unknown error';
    throw new ConfigError([{ variable, problem: `names a file that cannot be read (${code})` }]);
  }
}
