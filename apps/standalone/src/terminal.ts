/** Lines that stay, above one line that is written over. */
export interface Terminal {
  lines(lines: readonly string[]): void;
  status(line: string): void;
  close(): void;
}

export interface TerminalOptions {
  readonly output: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
  readonly now: () => number;
}

/** Where nothing can be written over (a file, a pipe), the status is written out only so often. */
const plainStatusEveryMs = 10_000;
const clearLine = '\r\u001b[2K';

export function createTerminal({ output, now }: TerminalOptions): Terminal {
  const live = output.isTTY === true;
  let current = '';
  let saidAt = Number.NEGATIVE_INFINITY;
  const draw = (): void => {
    if (current !== '') output.write(`${clearLine}${current.slice(0, (output.columns ?? 80) - 1)}`);
  };
  return {
    lines(lines) {
      if (live && current !== '') output.write(clearLine);
      for (const line of lines) output.write(`${line}\n`);
      if (live) draw();
    },
    status(line) {
      current = line;
      if (live) draw();
      else if (now() - saidAt >= plainStatusEveryMs) {
        saidAt = now();
        output.write(`${line}\n`);
      }
    },
    close() {
      if (live && current !== '') output.write('\n');
      current = '';
    },
  };
}
