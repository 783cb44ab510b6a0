import { describe, expect, it } from '@jest/globals';
import { entities } from '@ccd/protocol';
import { derivedStream, projectId, sampleStream, uuidOf } from '../testing/samples.ts';
import { InvalidFieldError } from './fields.ts';
import { toStream } from './stream.ts';

function masked(change: Partial<entities.MaskedFields>): entities.ExtendedStream {
  const maskedFields = { hashType: '', seed: 'a seed', fieldPatterns: {}, ...change };
  return derivedStream(2, { maskedFields });
}

const patterns = { 'strmprivacy/example/1.3.0': { fieldPatterns: ['a', 'b/c'] } };

describe(toStream, () => {
  it('converts a source stream; its masked fields mean nothing', () => {
    const maskedFields = { hashType: '', seed: '***', fieldPatterns: {} };
    expect(toStream(sampleStream(1, {}, { maskedFields }))).toEqual({
      kind: 'source',
      topic: `stream-${uuidOf(1)}`,
      uuid: uuidOf(1),
      name: 'stream 1',
      projectId,
      enabled: true,
      policyId: '',
    });
  });

  it('converts a derived stream with its masking', () => {
    expect(toStream(masked({ hashType: 'Murmurhash3', fieldPatterns: patterns }))).toMatchObject({
      kind: 'derived',
      source: 'stream 1',
      consent: { type: 'GRANULAR', levels: [1, 2] },
      masking: { seed: 'a seed', fieldsByContract: new Map([['strmprivacy/example/1.3.0', ['a', 'b/c']]]) },
    });
  });

  it('takes an absent consent type for the stricter one', () => {
    const { CONSENT_LEVEL_TYPE_UNSPECIFIED: consentLevelType } = entities.ConsentLevelType;
    expect(toStream(derivedStream(2, { consentLevelType }))).toMatchObject({ consent: { type: 'GRANULAR' } });
  });

  it.each([
    [
      'a cumulative stream with two levels',
      derivedStream(2, { consentLevelType: entities.ConsentLevelType.CUMULATIVE }),
    ],
    ['a source stream with consent levels', sampleStream(1, {}, { consentLevels: [1] })],
    ['masking with an unknown hash', masked({ hashType: 'md5', fieldPatterns: patterns })],
    ['masking with a withheld seed', masked({ seed: '****', fieldPatterns: patterns })],
    ['masking without a seed', masked({ seed: '', fieldPatterns: patterns })],
    ['masking of strmMeta', masked({ fieldPatterns: { 'a/b/1.0.0': { fieldPatterns: ['strmMeta/x'] } } })],
    [
      'masking for something that is no contract',
      masked({ fieldPatterns: { '../x': { fieldPatterns: ['a'] } } }),
    ],
    ['a policy that is no uuid', derivedStream(2, { policyId: '../x' })],
  ])('refuses %s', (_, stream) => {
    expect(() => toStream(stream)).toThrow(InvalidFieldError);
  });
});
