import { describe, expect, it } from '@jest/globals';
import type { ContractDefinition } from '@ccd/contracts';
import { sampleContract } from '../testing/sample-contract.ts';
import { judgeAnswer } from './pinning.ts';

const active = sampleContract();
const { take: held } = judgeAnswer(undefined, active);

describe(judgeAnswer, () => {
  it.each<[string, Partial<ContractDefinition>]>([
    ['drops a personal field', { fields: [] }],
    [
      'takes the mark of a personal field away',
      { fields: active.fields.map((field) => ({ ...field, isPii: false })) },
    ],
    ['lowers a purpose level', { fields: active.fields.map((field) => ({ ...field, purposeLevel: 0 })) }],
    ['drops a validation', { validations: [] }],
    ['names another key field', { keyField: 'other' }],
    ['changes the schema', { schema: { kind: 'avro', definition: '"string"' } }],
    ['changes the schema id', { schemaId: 8 }],
    ['names a data subject', { dataSubjectField: 'email' }],
    ['changes content and state together', { state: 'ARCHIVED', fields: [] }],
  ])('refuses an answer that %s under the same version', (_, change) => {
    expect(judgeAnswer(held, sampleContract(change))).toEqual({ take: held, refused: 'ContractChanged' });
  });

  it.each(['ARCHIVED', 'APPROVED', 'DRAFT'] as const)(
    'follows the state to %s, and stays pinned',
    (state) => {
      const { take } = judgeAnswer(held, sampleContract({ state }));
      expect(take?.contract.state).toBe(state);
      expect(judgeAnswer(take, sampleContract({ fields: [] })).refused).toBe('ContractChanged');
    },
  );

  it('keeps a contract in use that the control plane has lost', () => {
    expect(judgeAnswer(held, undefined)).toEqual({ take: held, refused: 'ContractGone' });
  });

  it('lets a contract change, and go, until it is approved', () => {
    const { take: draft } = judgeAnswer(undefined, sampleContract({ state: 'DRAFT' }));
    expect(judgeAnswer(draft, sampleContract({ state: 'IN_REVIEW', fields: [] })).refused).toBeUndefined();
    expect(judgeAnswer(draft, undefined)).toEqual({ take: undefined });
  });
});
