import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createCuttableDisk } from './cuttable-disk.ts';
import type { CuttableDisk } from './cuttable-disk.ts';
import { describeWithNeeds } from './needs/describe-with-needs.ts';
import { powerCutNeed } from './power-cut-need.ts';
import { scratchDir } from './scratch-dir.ts';

describeWithNeeds(powerCutNeed(), 'a disk whose power is cut', () => {
  let disk: CuttableDisk;
  beforeAll(() => {
    disk = createCuttableDisk(scratch, 32);
  });
  // Before its folder goes.
  afterAll(() => {
    disk.remove();
  });
  const scratch = scratchDir();

  it('keeps what was synced, and loses what was only written', () => {
    const [synced, written] = [join(disk.folder, 'synced'), join(disk.folder, 'written')];
    const file = openSync(synced, 'w');
    writeSync(file, 'kept');
    fsyncSync(file);
    closeSync(file);
    writeFileSync(written, 'lost');
    disk.cut();
    expect(() => {
      writeFileSync(written, 'again');
    }).toThrow('EIO');
    disk.remount();
    expect(readFileSync(synced, 'utf8')).toBe('kept');
    expect(existsSync(written) ? readFileSync(written, 'utf8') : '').toBe('');
  });
});
