/** What every event carries for the system, as a property of a JSON Schema. In Avro it is `metaField`. */
export const metaProperty = {
  type: 'object',
  properties: {
    eventContractRef: { type: 'string' },
    consentLevels: { type: 'array', items: { type: 'integer' } },
  },
} as const;
