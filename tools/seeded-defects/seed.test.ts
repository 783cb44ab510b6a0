import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { defects } from './defects.ts';
import { seed, StaleDefectError } from './seed.ts';

const root = resolve(import.meta.dirname, '../..');

describe(seed, () => {
  it.each(defects.map((defect) => [defect.name, defect] as const))('fits the code: %s', (_name, defect) => {
    const { sound, defective } = seed(root, defect);
    expect(defective).not.toBe(sound);
    for (const test of defect.caughtBy) expect(existsSync(join(root, test))).toBe(true);
  });

  it('refuses a defect whose text is not there', () => {
    const [defect] = defects;
    expect(() => seed(root, { ...defect, text: 'nobody wrote this' } as (typeof defects)[number])).toThrow(
      StaleDefectError,
    );
  });
});
