import type { ContractDefinition, EventRecord } from '../types.ts';

const optional = (name: string, type: string) => ({ name, type: ['null', type], default: null });
const text = (name: string) => ({ name, type: 'string' });

const sessions = 1_024;

/** Three personal fields of about twenty bytes, five validations: an ordinary event of a web shop. */
export const pageViews: ContractDefinition = {
  ref: 'bench/page-view/1.0.0',
  state: 'ACTIVE',
  schema: {
    kind: 'avro',
    definition: JSON.stringify({
      type: 'record',
      name: 'PageView',
      namespace: 'bench',
      fields: [
        {
          name: 'strmMeta',
          type: {
            type: 'record',
            name: 'StrmMeta',
            fields: [
              text('eventContractRef'),
              optional('nonce', 'int'),
              optional('timestamp', 'long'),
              optional('keyLink', 'string'),
              { name: 'consentLevels', type: { type: 'array', items: 'int' } },
            ],
          },
        },
        text('sessionId'),
        text('customerId'),
        optional('email', 'string'),
        text('url'),
        text('eventType'),
        text('language'),
        { name: 'quantity', type: 'int' },
        { name: 'price', type: 'double' },
      ],
    }),
  },
  keyField: 'sessionId',
  fields: ['sessionId', 'customerId', 'email'].map((fieldName, index) => ({
    fieldName,
    isPii: true,
    isQuasiId: false,
    purposeLevel: index + 1,
  })),
  validations: [
    { field: 'sessionId', regex: '^[a-z0-9-]{8,40}$' },
    { field: 'customerId', regex: '^customer-[0-9]+$' },
    { field: 'email', regex: '^[^@ ]+@[a-z.-]+$' },
    { field: 'url', regex: '^https://[-a-z0-9./]+$' },
    { field: 'eventType', regex: '^(view|click|buy)$' },
  ],
  schemaId: 1,
};

/** The event of this number, of one of 1,024 sessions. */
export function pageViewOf(index: number): EventRecord {
  const session = index % sessions;
  return {
    strmMeta: {
      eventContractRef: pageViews.ref,
      nonce: null,
      timestamp: null,
      keyLink: null,
      consentLevels: [1, 2],
    },
    sessionId: `session-${session.toString().padStart(12, '0')}`,
    customerId: `customer-${(session * 7_919).toString().padStart(11, '0')}`,
    email: `person${session.toString().padStart(5, '0')}@example.org`,
    url: `https://shop.example.org/articles/${index % 997}/reviews`,
    eventType: ['view', 'click', 'buy'][index % 3] ?? 'view',
    language: 'nl-NL',
    quantity: (index % 9) + 1,
    price: 19.95 + (index % 100),
  };
}
