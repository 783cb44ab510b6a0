import { describe, expect, it } from '@jest/globals';
import { checkVersion, parseSchemaId } from './schema-id.ts';

describe(parseSchemaId, () => {
  it.each([
    ['7', 7],
    ['007', 7],
    ['-1', -1],
    ['2147483647', 2_147_483_647],
  ])('reads %s as a 32-bit integer', (text, id) => {
    expect(parseSchemaId(text)).toBe(id);
  });

  it.each(['', 'x', '1.0', '1e3', '0x10', ' 7', '2147483648', '-2147483649', '9'.repeat(400)])(
    'takes %j for no path, as Confluent does',
    (text) => {
      expect(() => parseSchemaId(text)).toThrow(expect.objectContaining({ status: 404, errorCode: 404 }));
    },
  );
});

describe(checkVersion, () => {
  it.each(['1', 'latest', '-1', '2147483647'])('takes %s for a version', (text) => {
    expect(() => {
      checkVersion(text);
    }).not.toThrow();
  });

  it.each(['0', '-2', 'newest', '2147483648', '1.0', ''])('refuses %j with 42202', (text) => {
    expect(() => {
      checkVersion(text);
    }).toThrow(expect.objectContaining({ status: 422, errorCode: 42_202 }));
  });
});
