import type { ContractDefinition } from '@ccd/contracts';

/** An ACTIVE contract with one personal field. */
export function sampleContract(change: Partial<ContractDefinition> = {}): ContractDefinition {
  return {
    ref: 'acme/demo/1.0.0',
    state: 'ACTIVE',
    schema: { kind: 'avro', definition: '{"type":"record","name":"Demo","fields":[]}' },
    keyField: 'session',
    fields: [{ fieldName: 'email', isPii: true, isQuasiId: false, purposeLevel: 1 }],
    validations: [{ field: 'email', regex: '^.+$' }],
    schemaId: 7,
    ...change,
  };
}
