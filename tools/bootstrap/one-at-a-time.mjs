import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const lookAgainMs = 500;
/** Longer than any installation; the number of a process that is gone may be another's by then. */
const oldMs = 30 * 60_000;

/**
 * Does `work` while no other process of this machine does the same: two installations at once destroy each other's files.
 * Any Node from 20 on runs this, so the lock is a file that holds the number of its process; one that was killed leaves
 * it behind, and the next one takes it.
 */
export function oneAtATime(lock, work, { onWait, sleep = sleepMs }) {
  mkdirSync(dirname(lock), { recursive: true });
  for (let waited = false; !take(lock); waited = true) {
    if (!waited && !isLeftBehind(lock)) onWait();
    if (isLeftBehind(lock)) dropLeftBehind(lock);
    else sleep(lookAgainMs);
  }
  try {
    return work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock) {
  try {
    writeFileSync(lock, `${process.pid}`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function isLeftBehind(lock) {
  try {
    const owner = readFileSync(lock, 'utf8');
    // Whoever made it has not written its number yet.
    if (owner === '') return false;
    return !isAlive(Number(owner)) || Date.now() - statSync(lock).mtimeMs > oldMs;
  } catch {
    return false;
  }
}

/** Renamed first: of several that saw the same dead owner, one has the file, and a fresh lock is put back. */
function dropLeftBehind(lock) {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch {
    return;
  }
  if (isLeftBehind(aside)) rmSync(aside, { force: true });
  else renameSync(aside, lock);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

const sleepMs = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
