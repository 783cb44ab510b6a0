import { metaField } from './simple-schema.ts';
import type { ContractDefinition, FieldMetadata } from './types.ts';

/** A contract that every installation starts with. */
export interface PublicContract extends Omit<ContractDefinition, 'schemaId'> {
  readonly title: string;
  readonly description: string;
}

const optionalText = (name: string) => ({ name, type: ['null', 'string'], default: null });
const text = (name: string) => ({ name, type: 'string' });

const personal = (fieldName: string, purposeLevel: number): FieldMetadata => ({
  fieldName,
  isPii: true,
  isQuasiId: false,
  purposeLevel,
});

/**
 * The published drivers come with this event compiled in. Some of them write it as `strmprivacy/demo/1.0.2` under the
 * contract `strmprivacy/example/1.3.0`, which is possible between contracts of one schema.
 */
const demoNamespace = 'io.strmprivacy.schemas.demo.v1';

function example(ref: string, title: string, namespace: string): PublicContract {
  return {
    ref,
    title,
    description: 'Four fields, three of them personal, each of a purpose of its own.',
    state: 'ACTIVE',
    schema: {
      kind: 'avro',
      definition: JSON.stringify({
        type: 'record',
        name: 'DemoEvent',
        namespace,
        fields: [
          metaField(namespace),
          optionalText('uniqueIdentifier'),
          text('consistentValue'),
          optionalText('someSensitiveValue'),
          optionalText('notSensitiveValue'),
        ],
      }),
    },
    keyField: 'consistentValue',
    fields: [
      personal('uniqueIdentifier', 1),
      personal('consistentValue', 2),
      personal('someSensitiveValue', 3),
    ],
    validations: [{ field: 'consistentValue', regex: '^.+$' }],
  };
}

const clickstreamNamespace = 'strmprivacy.clickstream.v1_0_0';

const clickstream: PublicContract = {
  ref: 'strmprivacy/clickstream/1.0.0',
  title: 'Clickstream',
  description: 'Page views of a web shop, with the session and the customer as personal data.',
  state: 'ACTIVE',
  schema: {
    kind: 'avro',
    definition: JSON.stringify({
      type: 'record',
      name: 'ClickstreamEvent',
      namespace: clickstreamNamespace,
      fields: [
        metaField(clickstreamNamespace),
        text('producerSessionId'),
        text('url'),
        text('eventType'),
        text('referrer'),
        text('userAgent'),
        { name: 'conversion', type: 'int' },
        {
          name: 'customer',
          type: {
            type: 'record',
            name: 'Customer',
            namespace: `${clickstreamNamespace}.customer`,
            fields: [text('id')],
          },
        },
        { name: 'abTests', type: { type: 'array', items: 'string' } },
      ],
    }),
  },
  keyField: 'producerSessionId',
  fields: [personal('producerSessionId', 1), personal('customer/id', 0)],
  validations: [
    { field: 'customer/id', regex: '^.+$' },
    {
      field: 'url',
      regex: '^(https?|ftp|file)://[-a-zA-Z0-9+&@#/%?=~_|!:,.;]*[-a-zA-Z0-9+&@#/%=~_|]',
    },
  ],
  dataSubjectField: 'customer/id',
};

/** The contracts that a new control plane publishes under the handle `strmprivacy`. */
export const publicContracts: readonly PublicContract[] = [
  example('strmprivacy/example/1.3.0', 'Example', demoNamespace),
  example('strmprivacy/example/1.5.0', 'Example', 'strmprivacy.example.v1_5_0'),
  clickstream,
  example('strmprivacy/demo/1.0.2', 'Demo', demoNamespace),
];
