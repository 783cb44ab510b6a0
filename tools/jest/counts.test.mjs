import { describe, expect, it } from '@jest/globals';
import { countsOf, skippedWithoutReason, suitesWithNeeds } from './counts.mjs';

const test = (status, ...titles) => ({
  status,
  ancestorTitles: titles.slice(0, -1),
  fullName: titles.join(' '),
});
const tests = [
  test('pending', 'log (not here: no Kafka)', 'writes'),
  test('pending', 'log (not here: no Kafka)', 'reads'),
  test('pending', 'disk', 'is left out'),
  test('passed', 'store', 'keeps'),
];

describe(suitesWithNeeds, () => {
  it('names each suite once that lacked something, and no other that was skipped', () => {
    expect(suitesWithNeeds(tests)).toEqual(['log (not here: no Kafka)']);
  });
});

describe(skippedWithoutReason, () => {
  it('names the others', () => {
    expect(skippedWithoutReason(tests)).toEqual(['disk is left out']);
  });
});

describe(countsOf, () => {
  it.each([
    [0, '7 passed, 3 failed'],
    [4, '7 passed, 3 failed, 4 skipped'],
  ])('counts suites that did not start among the failed, and tells of %i skipped', (skipped, line) => {
    const results = { numPassedTests: 7, numFailedTests: 1, numRuntimeErrorTestSuites: 2 };
    expect(countsOf({ ...results, numPendingTests: skipped })).toBe(line);
  });
});
