import type { UsageMark } from '@ccd/dataplane';
import { encodeUsageMark } from '@ccd/dataplane';
import { describe, expect, it } from '@jest/globals';
import { newestMarks } from './newest-marks.ts';

const mark = (
  uuid: string,
  events: number,
  since: number,
  at: number,
  installationId = 'own',
): UsageMark => ({
  installationId,
  stream: { uuid, name: 'demo', projectId: 'project-1' },
  events,
  since,
  at,
});

const marksOf = (...marks: readonly UsageMark[]) => newestMarks(marks.map(encodeUsageMark), 'own');

describe(newestMarks, () => {
  it('takes the greatest count of a stream, also where an older look of another gateway came later', () => {
    expect(marksOf(mark('a', 120, 1, 2), mark('b', 1, 1, 2), mark('a', 100, 1, 2))).toStrictEqual([
      mark('a', 120, 1, 2),
      mark('b', 1, 1, 2),
    ]);
  });

  it('spans all the time that was not reported yet', () => {
    expect(marksOf(mark('a', 1, 0, 10), mark('a', 5, 10, 20), mark('a', 9, 20, 30))).toStrictEqual([
      mark('a', 9, 0, 30),
    ]);
  });

  it('passes over what others wrote', () => {
    expect(newestMarks([{ value: null }, { value: Buffer.from('?') }], 'own')).toStrictEqual([]);
    expect(marksOf(mark('a', 1, 0, 1, 'another'))).toStrictEqual([]);
  });
});
