/**
 * Loaded into a process ahead of its program (`node --import`), arms its failpoints. The folder that the environment
 * names holds a file for each visit at which something is to happen: `armed/<failpoint>~<visits to let pass>~<id>`. A
 * process that gets there moves the file to `fired/`, so that it is the only one, and does what the file says: `kill` ends it
 * by SIGKILL, `stop` has it stand still (SIGSTOP; `stopped/` has its id then), `crash <text>` ends it by an error with that
 * text in it that nobody catches. `visited/` names the failpoints that any process came by.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failpointFolder } from './config.ts';

const folder = failpointFolder ?? '';
const visits = new Map<string, number>();

function visit(name: string): void {
  if (!visits.has(name)) writeFileSync(join(folder, 'visited', name), '');
  visits.set(name, (visits.get(name) ?? 0) + 1);
  for (const file of readdirSync(join(folder, 'armed'))) {
    const [wanted, pass] = file.split('~');
    if (wanted !== name) continue;
    const since = visitsSince(file);
    if (since > Number(pass) && claim(file)) act(file);
  }
}

function act(file: string): void {
  const what = readFileSync(join(folder, 'fired', file), 'utf8');
  if (what === 'kill') process.kill(process.pid, 'SIGKILL');
  else if (what === 'stop') {
    writeFileSync(join(folder, 'stopped', file), `${process.pid}`);
    process.kill(process.pid, 'SIGSTOP');
  } else crash(what.slice('crash '.length));
}

/** Out of reach of whoever called: no handler of theirs is told. */
function crash(text: string): void {
  setImmediate(() => {
    try {
      JSON.parse(text);
    } catch (cause) {
      throw Object.assign(new Error('armed to crash', { cause }), { event: text });
    }
  });
}

/** Visits of this process since it first saw the file, this one included. */
const firstSeen = new Map<string, number>();
function visitsSince(file: string): number {
  const [name = ''] = file.split('~');
  const now = visits.get(name) ?? 0;
  if (!firstSeen.has(file)) firstSeen.set(file, now - 1);
  return now - (firstSeen.get(file) ?? 0);
}

function claim(file: string): boolean {
  try {
    renameSync(join(folder, 'armed', file), join(folder, 'fired', file));
    return true;
  } catch {
    // Another process came first.
    return false;
  }
}

if (folder !== '') {
  for (const each of ['armed', 'fired', 'stopped', 'visited'])
    mkdirSync(join(folder, each), { recursive: true });
  Reflect.set(globalThis, Symbol.for('ccd.failpoints'), visit);
}
