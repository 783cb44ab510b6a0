import { createWriteStream, mkdirSync, renameSync, statSync } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';

export interface LogFile {
  write(line: string): void;
  close(): Promise<void>;
}

/**
 * The log of a data folder, over all starts. What grows too large stays beside it as `<path>.1`. A start that fails
 * because another system works on the folder adds its lines and takes nothing away from the other. Lines that cannot
 * be stored are dropped: a full disk is no reason to stop.
 */
export function openLogFile(path: string, largestBytes = 20_000_000): LogFile {
  let stream = open();
  let written = sizeOf(path);

  function open(): WriteStream {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return createWriteStream(path, { flags: 'a', mode: 0o600 }).on('error', () => {});
  }

  function startAnew(): void {
    stream.end();
    try {
      renameSync(path, `${path}.1`);
      stream = open();
    } catch {
      // The folder is gone; whatever can be written again goes to a new one.
      stream = open();
    }
    written = 0;
  }

  return {
    write(line) {
      if (written >= largestBytes) startAnew();
      const text = line.endsWith('\n') ? line : `${line}\n`;
      written += Buffer.byteLength(text);
      stream.write(text);
    },
    async close() {
      stream.end();
      await finished(stream).catch(() => {});
    },
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
