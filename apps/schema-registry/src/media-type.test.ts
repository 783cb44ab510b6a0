import { describe, expect, it } from '@jest/globals';
import { toMediaType } from './media-type.ts';

const v1 = 'application/vnd.schemaregistry.v1+json';
const unversioned = 'application/vnd.schemaregistry+json';

describe(toMediaType, () => {
  it.each([
    [undefined, v1],
    ['*/*', v1],
    [`${v1}, ${unversioned}, application/json`, v1],
    [`${v1};q=0.5, application/json`, 'application/json'],
    ['application/json, */*;q=0.1', 'application/json'],
    [`${unversioned}; q=0.9`, unversioned],
    ['text/html', v1],
    ['no media type', v1],
  ])('for %j is %s', (accept, expected) => {
    expect(toMediaType(accept)).toBe(expected);
  });
});
