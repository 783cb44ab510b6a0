import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Settings of the `npm run` around this program that would lead an npm inside it back to the repository. */
const ofOuterNpm =
  /^npm_(config_(local_prefix|prefix|workspace|include)|package|lifecycle|command|execpath)/i;

function environment(extra: RunOptions['env']): Record<string, string | undefined> {
  const inherited = Object.entries(process.env).filter(([name]) => !ofOuterNpm.test(name));
  return { ...Object.fromEntries(inherited), ...extra };
}

/** Runs a program to its end and resolves with what it wrote to its output. Its errors are in the error's message. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env }: RunOptions = {},
): Promise<string> {
  const child = spawn(program, args, { cwd, env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [out, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code === 0) return out;
  const lines = `${out}\n${errors}`.trim().split('\n').slice(-15).join('\n');
  throw new Error(`${[program, ...args].join(' ')} ended with ${String(code)}:\n${lines}`);
}
