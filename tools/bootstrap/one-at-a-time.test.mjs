import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { oneAtATime } from './one-at-a-time.mjs';

const folder = mkdtempSync(join(tmpdir(), 'ccd-lock-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const never = () => {
  throw new Error('nobody is waited for');
};

describe(oneAtATime, () => {
  it('holds the lock while it works, and gives it back, also when the work fails', () => {
    const lock = join(folder, 'new/lock');
    const held = oneAtATime(lock, () => readFileSync(lock, 'utf8'), { onWait: never });
    expect([held, existsSync(lock)]).toEqual([`${process.pid}`, false]);
    const fail = () => {
      throw new Error('no registry');
    };
    expect(() => oneAtATime(lock, fail, { onWait: never })).toThrow('no registry');
    expect(existsSync(lock)).toBe(false);
  });

  it('waits for a process that has it, and says so once', () => {
    const lock = join(folder, 'held');
    writeFileSync(lock, `${process.pid}`);
    let said = 0;
    let looks = 0;
    const sleep = () => {
      looks += 1;
      if (looks === 3) rmSync(lock);
    };
    expect(oneAtATime(lock, () => 'done', { onWait: () => (said += 1), sleep })).toBe('done');
    expect([said, looks]).toEqual([1, 3]);
  });

  it('takes the lock of a process that was killed', () => {
    const lock = join(folder, 'left');
    const { pid } = spawnSync(process.execPath, ['--eval', '0']);
    writeFileSync(lock, `${pid}`);
    expect(oneAtATime(lock, () => 'done', { onWait: never, sleep: never })).toBe('done');
  });

  it('takes no lock that has just been made', () => {
    const lock = join(folder, 'fresh');
    writeFileSync(lock, '');
    let looks = 0;
    const sleep = () => {
      looks += 1;
      if (looks === 2) rmSync(lock);
    };
    expect(oneAtATime(lock, () => 'done', { onWait: () => {}, sleep })).toBe('done');
    expect(looks).toBe(2);
  });
});
