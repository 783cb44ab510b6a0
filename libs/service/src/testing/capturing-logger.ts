import { createLogger } from '../logger.ts';
import type { Logger } from '../logger.ts';

export interface LogEntry {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface CapturingLogger {
  readonly logger: Logger;
  /** Everything logged so far, as it would have been written. */
  readonly entries: readonly LogEntry[];
  /** The lines themselves, to search for what must not be there. */
  readonly text: () => string;
}

/** In every line, and the same in all of them. */
const common = new Set(['time', 'name', 'level', 'message']);

/** The real logger, writing to memory, for tests that assert on what a person would read. */
export function createCapturingLogger(name = 'test'): CapturingLogger {
  const entries: LogEntry[] = [];
  const lines: string[] = [];
  const destination = {
    write(line: string) {
      const { level, message, ...rest } = JSON.parse(line) as LogEntry['fields'];
      const fields = Object.fromEntries(Object.entries(rest).filter(([field]) => !common.has(field)));
      lines.push(line);
      entries.push({ level: textOf(level), message: textOf(message), fields });
    },
  };
  return { logger: createLogger({ name, level: 'trace', destination }), entries, text: () => lines.join('') };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
