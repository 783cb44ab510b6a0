import { createLogger, errorFields } from '@ccd/service';
import type { Logger } from '@ccd/service';
import { describe, expect, it } from '@jest/globals';
import { toReportedLines } from './worker-log.ts';

/** What is reported of what a worker logs. */
function reported(log: (logger: Logger) => void): readonly string[] {
  const lines: string[] = [];
  log(
    createLogger({ name: 'decrypter', level: 'trace', destination: { write: (line) => lines.push(line) } }),
  );
  return toReportedLines(lines).map((line) => line.replace(/^\S+Z /, ''));
}

describe(toReportedLines, () => {
  it('passes on the words and the reason of a line', () => {
    expect(
      reported((logger) => {
        logger.info('decrypter is running');
        logger.warn({ reason: 'KeyMissing' }, 'Partition 0 waits');
      }),
    ).toEqual([
      'INFO decrypter: decrypter is running',
      'WARN decrypter: Partition 0 waits  reason=KeyMissing',
    ]);
  });

  it('names errors and their causes, and repeats nothing that they say', () => {
    const cause = Object.assign(new Error('connect to jane.doe.example'), { code: 'ECONNREFUSED' });
    const error = new TypeError('Jane Doe is not a function', { cause });
    expect(
      reported((logger) => {
        logger.error({ error: errorFields(error) }, 'derivation failed; starting it again');
      }),
    ).toEqual([
      'ERROR decrypter: derivation failed; starting it again  error=TypeError  cause=Error/ECONNREFUSED',
    ]);
  });

  it.each<[string, object]>([
    ['another field', { value: 'Jane Doe' }],
    ['a reason that is more than a name', { reason: 'Jane Doe' }],
    ['an error with a name that is more', { error: { name: 'Jane Doe', code: 'Jane Doe' } }],
    ['an error that is none', { error: 'Jane Doe' }],
    ['fields within fields', { error: { message: 'Jane Doe', cause: { message: 'Jane Doe' } } }],
  ])('leaves out %s', (_title, fields) => {
    expect(
      reported((logger) => {
        logger.warn(fields, 'a warning');
      }),
    ).toEqual(['WARN decrypter: a warning']);
  });

  it.each([
    'Warning: Jane Doe',
    '{"message":"Jane Doe"}',
    '{"time":"now","level":"info","name":"x","message":"Jane Doe"}',
    '"Jane Doe"',
    '{"time":"2026-01-01T00:00:00.000Z","level":"info","na',
  ])('leaves out what our logger has not written: %s', (line) => {
    expect(toReportedLines([line])).toEqual([]);
  });

  it('is bounded: forty lines of five hundred characters, on one line each', () => {
    const lines = reported((logger) => {
      for (let line = 0; line < 60; line += 1) logger.info(`${line}\n${'x'.repeat(1_000)}`);
    });
    expect(lines).toHaveLength(40);
    expect(lines[0]).toMatch(/^INFO decrypter: 20 x+…$/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(500);
  });
});
