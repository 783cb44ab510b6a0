import { createWriteStream, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';

export interface LogFile {
  write(line: string): void;
  close(): Promise<void>;
}

const largestBytes = 20_000_000;

/** The log of this start; the one before it stays beside it as `<path>.1`, and so does what grows too large. */
export function openLogFile(path: string): LogFile {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const open = () => {
    if (existsSync(path) && statSync(path).size > 0) renameSync(path, `${path}.1`);
    return createWriteStream(path, { flags: 'a', mode: 0o600 });
  };
  let stream = open();
  let written = 0;
  return {
    write(line) {
      const text = line.endsWith('\n') ? line : `${line}\n`;
      written += text.length;
      stream.write(text);
      if (written < largestBytes) return;
      written = 0;
      stream.end();
      stream = open();
    },
    async close() {
      stream.end();
      await finished(stream);
    },
  };
}
