import { homedir } from 'node:os';
import { systemClock } from '@ccd/reconcile';
import { runCli } from './run-cli.ts';

const stopping = new AbortController();
/** A command that has not ended by then waits for something that does not come. */
const patienceMs = 3_000;
const stop = (): void => {
  stopping.abort();
  setTimeout(() => process.exit(130), patienceMs).unref();
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
// A reader that has seen enough, like head, is no error.
process.stdout.on('error', () => process.exit(0));

process.exitCode = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  env: process.env,
  homeFolder: homedir(),
  fetch: globalThis.fetch,
  clock: systemClock,
  random: Math.random,
  signal: stopping.signal,
});
