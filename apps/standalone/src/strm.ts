import { Readable } from 'node:stream';
import { runCli } from '@ccd/cli';
import type { CliIo } from '@ccd/cli';
import type { Clock } from '@ccd/reconcile';

/** A command of `strm` did not do what it should; its own words. */
export class StrmError extends Error {
  override readonly name = 'StrmError';
}

export interface StrmOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly fetch?: CliIo['fetch'];
  /** Hears what a running command prints. */
  readonly onOutput?: (text: string) => void;
}

/** Runs `strm` as a person at a terminal would, and answers with what it prints. @throws StrmError */
export async function strm(argv: readonly string[], options: StrmOptions): Promise<string> {
  const { folder, clock, signal, fetch = globalThis.fetch, onOutput = () => {} } = options;
  let out = '';
  let err = '';
  const code = await runCli(argv, {
    stdout: {
      write(text) {
        out += text;
        onOutput(text);
      },
    },
    stderr: { write: (text) => (err += text) },
    stdin: Readable.from([]),
    env: { STRM_CONFIG_PATH: folder },
    homeFolder: folder,
    fetch,
    clock,
    random: Math.random,
    signal,
  });
  if (code === 0) return out;
  throw new StrmError(`strm ${argv.join(' ')}: ${err.trim() === '' ? `exit code ${code}` : err.trim()}`);
}
