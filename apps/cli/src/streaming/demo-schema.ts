import avro from 'avsc';
import type { DemoEvent } from './random-event.ts';

/** The contract that the simulator's events follow; its schema is compiled in, so that none is fetched. */
export const demoSchemaRef = 'strmprivacy/example/1.5.0';

const optional = (type: string) => ['null', type] as const;

const demoSchema = avro.Type.forSchema(
  {
    type: 'record',
    name: 'DemoEvent',
    fields: [
      {
        name: 'strmMeta',
        type: {
          type: 'record',
          name: 'StrmMeta',
          fields: [
            { name: 'eventContractRef', type: 'string' },
            { name: 'nonce', type: [...optional('int')], default: null },
            { name: 'timestamp', type: [...optional('long')], default: null },
            { name: 'keyLink', type: [...optional('string')], default: null },
            { name: 'billingId', type: [...optional('string')], default: null },
            { name: 'consentLevels', type: { type: 'array', items: 'int' } },
          ],
        },
      },
      { name: 'uniqueIdentifier', type: [...optional('string')], default: null },
      { name: 'consistentValue', type: 'string' },
      { name: 'someSensitiveValue', type: [...optional('string')], default: null },
      { name: 'notSensitiveValue', type: [...optional('string')], default: null },
    ],
  },
  { wrapUnions: false },
);

/** The event as bare Avro binary. */
export const encodeDemoEvent = (event: DemoEvent): Uint8Array => demoSchema.toBuffer(event);
