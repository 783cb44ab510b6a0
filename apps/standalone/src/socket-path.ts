import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Where the engine of a data folder listens: a path of a socket is short, whatever the path of the folder, and the same
 * at every start, so that what a crash left running is found.
 */
export function socketPathOf(dataDir: string): string {
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  return join(tmpdir(), `ccd-${name}`, 'engine.sock');
}
