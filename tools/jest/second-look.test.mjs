import { describe, expect, it } from '@jest/globals';
import { countsOf } from './counts.mjs';
import { mergeReports, unstableTests, worthSecondLook } from './second-look.mjs';

const file = (name, status, ...statuses) => ({
  name,
  status,
  assertionResults: statuses.map((each, at) => ({ status: each, fullName: `${name} ${at}` })),
});
const report = (...testResults) => ({ testResults });
const good = file('a.test.ts', 'passed', 'passed', 'passed');
const bad = (name) => file(name, 'failed', 'passed', 'failed');

describe(worthSecondLook, () => {
  it('names tests with real servers that failed', () => {
    expect(worthSecondLook(report(good, bad('b.it.test.ts')))).toEqual(['b.it.test.ts']);
  });

  it('names none where a test without servers failed', () => {
    expect(worthSecondLook(report(bad('a.test.ts'), bad('b.it.test.ts')))).toEqual([]);
  });

  it('names none where many failed', () => {
    const many = [1, 2, 3, 4, 5, 6].map((each) => bad(`${each}.it.test.ts`));
    expect(worthSecondLook(report(...many))).toEqual([]);
  });
});

describe(mergeReports, () => {
  it('counts what the second look found in place of the first', () => {
    const merged = mergeReports(
      report(good, bad('b.it.test.ts')),
      report(file('b.it.test.ts', 'passed', 'passed', 'passed')),
    );
    expect(countsOf(merged)).toBe('4 passed, 0 failed');
  });

  it('counts what failed twice, what did not start, and what was skipped', () => {
    const first = report(file('a.test.ts', 'passed', 'pending'), bad('b.it.test.ts'), bad('c.it.test.ts'));
    const second = report(bad('b.it.test.ts'), file('c.it.test.ts', 'failed'));
    expect(countsOf(mergeReports(first, second))).toBe('1 passed, 2 failed, 1 skipped');
  });
});

describe(unstableTests, () => {
  it('names what failed once and passed then', () => {
    const first = report(good, bad('b.it.test.ts'), bad('c.it.test.ts'));
    const second = report(file('b.it.test.ts', 'passed', 'passed', 'passed'), bad('c.it.test.ts'));
    expect(unstableTests(first, second)).toEqual(['b.it.test.ts 1']);
  });
});
