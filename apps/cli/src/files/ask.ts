import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { read } from 'read';
import { CliError } from '../cli-error.ts';
import type { CliIo, TextSink } from '../io.ts';

type Terminal = Pick<CliIo, 'stdin' | 'stderr'>;

const asStream = (sink: TextSink): Writable =>
  new Writable({
    write(chunk: Buffer, _, done) {
      sink.write(chunk.toString());
      done();
    },
  });

/** One line of standard input, undefined when there is none. */
async function readLine({ stdin }: Terminal): Promise<string | undefined> {
  const reader = createInterface({ input: stdin, terminal: false });
  try {
    for await (const line of reader) return line;
    return undefined;
  } finally {
    reader.close();
  }
}

/** A yes or no; no where nobody can answer. */
export async function confirm(terminal: Terminal, question: string): Promise<boolean> {
  terminal.stderr.write(`${question} [y/N] `);
  return /^y(es)?$/i.test((await readLine(terminal))?.trim() ?? '');
}

/** A text that is not shown while it is typed; a line of standard input where that is no terminal. */
export async function askSecret(terminal: Terminal, prompt: string): Promise<string> {
  const { stdin, stderr } = terminal;
  const given =
    stdin.isTTY === true
      ? await read({ prompt, silent: true, input: stdin, output: asStream(stderr) })
      : await readLine(terminal);
  if (given === undefined || given.trim() === '') throw new CliError('No secret was given.');
  return given.trim();
}
