import type { ContractDefinition } from '@ccd/contracts';
import { metaProperty } from '@ccd/contracts/testing';

/** A contract whose schema is a JSON Schema. */
export const visitDefinition: ContractDefinition = {
  ref: 'acme/visit/1.0.0',
  state: 'ACTIVE',
  schema: {
    kind: 'json-schema',
    definition: JSON.stringify({
      type: 'object',
      required: ['strmMeta', 'session'],
      properties: {
        strmMeta: metaProperty,
        session: { type: 'string', maxLength: 20 },
        page: { type: 'string', pattern: '^/' },
        basket: { type: 'array', items: { type: 'object', properties: { count: { type: 'number' } } } },
      },
    }),
  },
  keyField: 'session',
  fields: [{ fieldName: 'session', isPii: true, isQuasiId: false, purposeLevel: 1 }],
  validations: [{ field: 'session', regex: '^s' }],
  schemaId: 12,
};

/** An event of it. */
export const visitEvent = (changes: Readonly<Record<string, unknown>> = {}) => ({
  strmMeta: { eventContractRef: visitDefinition.ref, consentLevels: [1, 2] },
  session: 's-1',
  page: '/home',
  basket: [{ count: 2 }],
  ...changes,
});
