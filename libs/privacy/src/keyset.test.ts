import { describe, expect, it } from '@jest/globals';
import { KeysetError, generateKeyset, keysetToJson, parseKeyset } from './keyset.ts';

const secretValue =
  'EkBKGzBuy9C3UUmWaOzpe7NBEg6QK21FRhZ9MjuD5hpa0+hPJy0kn1HngA9QUT5aGbTNQQyow0V6qJCFoFRQNNTH';

const key = (changes: Record<string, unknown> = {}, data: Record<string, unknown> = {}) => ({
  keyData: {
    typeUrl: 'type.googleapis.com/google.crypto.tink.AesSivKey',
    value: secretValue,
    keyMaterialType: 'SYMMETRIC',
    ...data,
  },
  status: 'ENABLED',
  keyId: 5,
  outputPrefixType: 'TINK',
  ...changes,
});

describe(keysetToJson, () => {
  it('writes the fields in the order of Tink', () => {
    const keyset = generateKeyset();
    expect(keysetToJson(keyset)).toMatch(
      /^{"primaryKeyId":\d+,"key":\[{"keyData":{"typeUrl":"type.googleapis.com\/google.crypto.tink.AesSivKey","value":"[\w+/=]{88}","keyMaterialType":"SYMMETRIC"},"status":"ENABLED","keyId":\d+,"outputPrefixType":"TINK"}]}$/,
    );
  });

  it('is undone by parseKeyset', () => {
    const keyset = generateKeyset();
    expect(parseKeyset(keysetToJson(keyset))).toEqual(keyset);
  });
});

describe(generateKeyset, () => {
  it('makes another key each time', () => {
    expect(generateKeyset().primary.material).not.toEqual(generateKeyset().primary.material);
  });
});

describe(parseKeyset, () => {
  it('reads a keyset alike however its text is laid out', () => {
    for (let count = 0; count < 50; count += 1) {
      const json = keysetToJson(generateKeyset());
      const { primaryKeyId, key: keys } = JSON.parse(json) as { primaryKeyId: number; key: object[] };
      expect(parseKeyset(JSON.stringify({ key: keys, primaryKeyId }, null, 2))).toEqual(parseKeyset(json));
    }
  });

  it('leaves out keys that are not enabled', () => {
    const json = JSON.stringify({ primaryKeyId: 5, key: [key(), key({ keyId: 6, status: 'DISABLED' })] });
    expect(parseKeyset(json).keys.map(({ id }) => id)).toEqual([5]);
  });

  it.each([
    ['no JSON', `{"value":"${secretValue}"`],
    ['another shape', '{"keys":[]}'],
    ['no key', '{"primaryKeyId":5,"key":[]}'],
    ['an absent primary key', JSON.stringify({ primaryKeyId: 6, key: [key()] })],
    ['a disabled primary key', JSON.stringify({ primaryKeyId: 5, key: [key({ status: 'DISABLED' })] })],
    ['two keys of one id', JSON.stringify({ primaryKeyId: 5, key: [key(), key()] })],
    ['another kind of key', JSON.stringify({ primaryKeyId: 5, key: [key({}, { typeUrl: 'AesGcmKey' })] })],
    ['a raw prefix', JSON.stringify({ primaryKeyId: 5, key: [key({ outputPrefixType: 'RAW' })] })],
    ['an id of zero', JSON.stringify({ primaryKeyId: 0, key: [key({ keyId: 0 })] })],
    ['an id that is too large', JSON.stringify({ primaryKeyId: 2 ** 32, key: [key({ keyId: 2 ** 32 })] })],
    [
      'an id that is no decimal',
      JSON.stringify({ primaryKeyId: 5, key: [key()] }).replaceAll(':5,', ':0x5,'),
    ],
    [
      'a value with other characters',
      JSON.stringify({ primaryKeyId: 5, key: [key({}, { value: `${secretValue.slice(0, -2)}..` })] }),
    ],
    ['a short key', JSON.stringify({ primaryKeyId: 5, key: [key({}, { value: secretValue.slice(0, 40) })] })],
  ])('refuses %s and keeps the material out of the error', (_case, json) => {
    let thrown: unknown;
    try {
      parseKeyset(json);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(KeysetError);
    expect(String(thrown)).not.toContain(secretValue.slice(0, 12));
  });
});
