import type { ContractDefinition } from '../types.ts';

/** What events of a JSON Schema carry for the system. */
export const strmMeta = {
  type: 'object',
  properties: {
    eventContractRef: { type: 'string' },
    nonce: { type: ['integer', 'null'] },
    timestamp: { anyOf: [{ type: 'null' }, { type: 'integer' }] },
    keyLink: { type: ['string', 'null'] },
    consentLevels: { type: 'array', items: { type: 'integer', minimum: 0 } },
  },
  required: ['eventContractRef', 'consentLevels'],
};
export const schemaOf = (properties: object, rest: object = {}) =>
  JSON.stringify({ type: 'object', properties: { strmMeta, ...properties }, ...rest });

export const visit = schemaOf(
  {
    session: { $ref: '#/$defs/word' },
    page: { type: 'string', pattern: '^/' },
    visitor: {
      type: ['object', 'null'],
      properties: {
        email: { type: ['string', 'null'], maxLength: 20 },
        age: { type: 'integer', maximum: 150 },
      },
      additionalProperties: false,
    },
    tags: { type: 'array', items: { type: 'string' }, uniqueItems: true },
  },
  { required: ['strmMeta', 'session'], $defs: { word: { type: 'string', minLength: 1, title: 'Word' } } },
);
export const definition: ContractDefinition = {
  ref: 'acme/visit/1.0.0',
  state: 'ACTIVE',
  schema: { kind: 'json-schema', definition: visit },
  keyField: 'session',
  fields: [
    { fieldName: 'visitor/email', isPii: true, isQuasiId: false, purposeLevel: 1 },
    { fieldName: 'tags', isPii: true, isQuasiId: false, purposeLevel: 2 },
  ],
  validations: [{ field: 'session', regex: '^s' }],
  schemaId: 12,
};
export const event = (changes: object = {}) => ({
  strmMeta: { eventContractRef: definition.ref, consentLevels: [1] },
  session: 's-1',
  visitor: { email: 'a@b.example', age: 30 },
  tags: ['x', 'y'],
  ...changes,
});
export const body = (changes: object = {}) => Buffer.from(JSON.stringify(event(changes)));
