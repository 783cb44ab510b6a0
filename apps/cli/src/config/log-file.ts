import { appendFile, mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';

const largestBytes = 1_000_000;

/** Adds lines to `strm.log`; what was there moves to `strm.log.1` once it is larger than 1 MB. */
export async function appendLog(folder: string, entries: readonly string[]): Promise<void> {
  const path = join(folder, 'strm.log');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size > largestBytes) await rename(path, `${path}.1`);
  await appendFile(path, entries.map((entry) => `${entry}\n`).join(''), { mode: 0o600 });
}
