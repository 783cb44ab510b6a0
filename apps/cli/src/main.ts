import { homedir } from 'node:os';
import { systemClock } from '@ccd/reconcile';
import { runCli } from './run-cli.ts';

const stopping = new AbortController();
process.once('SIGINT', () => {
  stopping.abort();
});
process.once('SIGTERM', () => {
  stopping.abort();
});
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
