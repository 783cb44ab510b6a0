import type { ContractDefinition } from '@ccd/contracts';
import { compileContract, publicContracts } from '@ccd/contracts';
import { definition, sampleEvent } from './events.ts';
import { visitDefinition, visitEvent } from './json-schema-contract.ts';

/** A contract over everything that Avro has. */
const everything: ContractDefinition = {
  ...definition,
  ref: 'acme/everything/1.0.0',
  schemaId: 21,
  schema: {
    kind: 'avro',
    definition: JSON.stringify({
      type: 'record',
      name: 'Everything',
      fields: [
        (JSON.parse(definition.schema.definition) as { fields: unknown[] }).fields[0],
        { name: 'key', type: 'string' },
        {
          name: 'numbers',
          type: { type: 'array', items: ['null', 'int', 'long', 'double', 'boolean', 'bytes'] },
        },
        { name: 'texts', type: ['null', { type: 'array', items: 'string' }] },
        { name: 'map', type: { type: 'map', values: ['null', 'string', { type: 'map', values: 'float' }] } },
        { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['A', 'B'] } },
        { name: 'fixed', type: { type: 'fixed', name: 'Four', size: 4 } },
        {
          name: 'tree',
          type: {
            type: 'record',
            name: 'Tree',
            fields: [
              { name: 'Tree', type: ['null', 'Tree'] },
              { name: 'name', type: ['null', 'string'] },
              { name: 'nothings', type: { type: 'array', items: 'null' } },
            ],
          },
        },
      ],
    }),
  },
  keyField: 'key',
  fields: [
    { fieldName: 'texts', isPii: true, isQuasiId: false, purposeLevel: 1 },
    { fieldName: 'tree/name', isPii: true, isQuasiId: false, purposeLevel: 1 },
  ],
  validations: [{ field: 'texts', regex: '^(\\w+\\s?)*$' }],
};

const clickstream = publicContracts.find(({ ref }) => ref.includes('clickstream'));
if (clickstream === undefined) throw new Error('there is a contract of page views');
const clicks: ContractDefinition = { ...clickstream, schemaId: 22 };

export const fuzzContracts: readonly ContractDefinition[] = [definition, clicks, everything, visitDefinition];

export interface Seed {
  readonly ref: string;
  readonly body: Buffer;
}

const meta = (eventContractRef: string) => ({ eventContractRef, consentLevels: [0, 1] });

const events: readonly (readonly [ContractDefinition, object])[] = [
  [definition, sampleEvent({ uniqueIdentifier: 'ünïque 🙂' })],
  [
    clicks,
    {
      strmMeta: meta(clicks.ref),
      producerSessionId: 's',
      url: 'https://example.com/a?b=c',
      eventType: 'view',
      referrer: '',
      userAgent: 'x',
      conversion: -1,
      customer: { id: 'c-1' },
      abTests: ['a', 'b'],
    },
  ],
  [
    everything,
    {
      strmMeta: meta(everything.ref),
      key: 'k',
      numbers: [null, 1, { long: 5_000_000_000 }, { double: 0.5 }, true, { bytes: '\u0001' }],
      texts: ['some words', 'more'],
      map: { a: null, b: { string: 'x' }, c: { map: { d: 1.5 } } },
      kind: 'B',
      fixed: '\u0000\u0001\u0002\u0003',
      tree: { Tree: { Tree: null, name: 'in', nothings: [null] }, name: 'out', nothings: [null, null] },
    },
  ],
];

/** Events of every contract in every form that a sender may give them, all of which are accepted as they are. */
export const seeds: readonly Seed[] = [
  ...events.flatMap(([contract, event]) => {
    const { schema } = compileContract(contract);
    const read = schema.fromJsonText(JSON.stringify(event));
    const forms = [
      Buffer.from(schema.toJson(read, 'avro')),
      Buffer.from(JSON.stringify(event)),
      schema.encode(read),
    ];
    return forms.map((body) => ({ ref: contract.ref, body }));
  }),
  { ref: visitDefinition.ref, body: Buffer.from(JSON.stringify(visitEvent())) },
];
