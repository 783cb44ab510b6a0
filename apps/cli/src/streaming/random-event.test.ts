import { describe, expect, it } from '@jest/globals';
import { toConsentSets } from './consent-sets.ts';
import { randomEvent } from './random-event.ts';

describe(randomEvent, () => {
  const choices = {
    contractRef: 'strmprivacy/example/1.5.0',
    sessionPrefix: 'session',
    sessionRange: 7,
    consents: [[], [0], [0, 1]],
  };
  const draw = (value: number) => randomEvent(choices, () => value);

  it('draws every value from its range, the ends included', () => {
    expect(draw(0)).toMatchObject({
      uniqueIdentifier: 'unique-0',
      consistentValue: 'session-0',
      someSensitiveValue: 'sensitive-0',
      notSensitiveValue: 'not-sensitive-0',
      strmMeta: { consentLevels: [] },
    });
    expect(draw(0.999_999)).toMatchObject({
      uniqueIdentifier: 'unique-99',
      consistentValue: 'session-6',
      someSensitiveValue: 'sensitive-99',
      notSensitiveValue: 'not-sensitive-99',
      strmMeta: { consentLevels: [0, 1] },
    });
  });
});

describe(toConsentSets, () => {
  it.each([
    ['"",0,0/1,0/1/2,0/1/2/3', [[], [0], [0, 1], [0, 1, 2], [0, 1, 2, 3]]],
    ['3', [[3]]],
    ['', [[]]],
  ])('reads %j', (given, sets) => {
    expect(toConsentSets(given)).toEqual(sets);
  });
});
