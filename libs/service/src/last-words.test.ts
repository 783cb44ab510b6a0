import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratchDir } from '@ccd/testkit';
import { describe, expect, it } from '@jest/globals';
import { leaveLastWords } from './last-words.ts';

describe(leaveLastWords, () => {
  const file = join(scratchDir(), 'termination-log');

  it('makes no file', () => {
    leaveLastWords({ reason: 'X', message: '' }, file);
    expect(existsSync(file)).toBe(false);
  });

  it('leaves the latest words alone, within what Kubernetes keeps', () => {
    writeFileSync(file, 'x'.repeat(5_000));
    leaveLastWords({ reason: 'StartFailed', message: '\u0001'.repeat(5_000) }, file);
    const text = readFileSync(file, 'utf8');
    expect(Buffer.byteLength(text)).toBeLessThan(4_096);
    expect(JSON.parse(text)).toMatchObject({ reason: 'StartFailed' });
    leaveLastWords(undefined, file);
    expect(readFileSync(file, 'utf8')).toBe('');
  });
});
