import { describe, expect, it } from '@jest/globals';
import { suitesWithoutServer } from './count-reporter.mjs';

describe(suitesWithoutServer, () => {
  it('names each suite once that lacked a server, and no other that was skipped', () => {
    const test = (status, ...ancestorTitles) => ({ status, ancestorTitles });
    const testResults = [
      {
        testResults: [
          test('pending', 'log (needs servers: no Kafka)', 'writes'),
          test('pending', 'log (needs servers: no Kafka)', 'reads'),
          test('pending', 'left out by -t'),
          test('passed', 'store'),
        ],
      },
    ];
    expect(suitesWithoutServer({ testResults })).toEqual(['log (needs servers: no Kafka)']);
  });
});
