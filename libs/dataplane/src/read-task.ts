import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '@ccd/service';
import type { z } from 'zod';
import { taskFile } from './tasks.ts';

/** The task that a worker was given is not one. Names the fields, not what they hold. */
export class InvalidTaskError extends Error {
  override readonly name = 'InvalidTaskError';
}

/**
 * Reads the task of this worker.
 * @param configDir the folder of its files
 * @throws InvalidTaskError
 */
export function readTask<T>(configDir: string, schema: z.ZodType<T>): T {
  const path = join(configDir, taskFile);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const code = errorCode(error) ?? 'not JSON';
    throw new InvalidTaskError(`${path} cannot be read as JSON (${code})`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  // The library's own message may quote a name that stands where none should.
  const problems = parsed.error.issues.map(({ path: at, code }) => `${at.join('.') || 'the task'} (${code})`);
  throw new InvalidTaskError(`${path} is not a task: ${problems.join('; ')}`);
}
