import { afterEach, describe, expect, it } from '@jest/globals';
import { failpoint } from './failpoint.ts';
import { failpointNames } from './failpoint-names.ts';

const place = Symbol.for('ccd.failpoints');

describe(failpoint, () => {
  afterEach(() => {
    Reflect.deleteProperty(globalThis, place);
  });

  it('does nothing where no test has armed it', () => {
    expect(() => {
      failpoint('engine.beforeCommit');
    }).not.toThrow();
  });

  it('tells the handler of a test its name', () => {
    const visited: string[] = [];
    Reflect.set(globalThis, place, (name: string) => visited.push(name));
    failpoint('engine.beforeCommit');
    expect(visited).toStrictEqual(['engine.beforeCommit']);
  });
});

describe('the names of failpoints', () => {
  it('say a component, and whether they stand before or after a step', () => {
    for (const name of failpointNames) expect(name).toMatch(/^[a-zA-Z]+\.(before|after)[A-Z][A-Za-z]+$/);
    expect(new Set(failpointNames).size).toBe(failpointNames.length);
  });
});
