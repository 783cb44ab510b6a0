import { describe, expect, it } from '@jest/globals';
import { defaultNamespace, parseContractRef, toAvroName } from './avro-names.ts';
import { detectSchemaKind, parseAvroDefinition } from './avro-schema.ts';
import type { DefinitionError } from './errors.ts';
import { compileSchema } from './event-schema.ts';
import { fingerprint } from './fingerprint.ts';
import { decodeValue, encodeValue, peekValue } from './record-value.ts';
import type { SimpleNode, SimpleSchema } from './simple-schema.ts';
import { completeSimpleSchema, metaField, toAvroDefinition } from './simple-schema.ts';

const node = (name: string, changes: Partial<SimpleNode> = {}): SimpleNode => ({
  type: 'STRING',
  name,
  repeated: false,
  required: false,
  nodes: [],
  ...changes,
});

const contract = { handle: 'quickstart', name: 'demo-data-contract', version: '1.0.0' };
const clicks: SimpleSchema = {
  name: 'Clicks',
  doc: 'clicks of a page',
  nodes: [
    node('Session Id', { required: true, doc: 'names a visit' }),
    node('url'),
    node('tags', { repeated: true }),
    node('mouse positions', {
      type: 'NODE',
      repeated: true,
      required: true,
      nodes: [node('x', { type: 'INTEGER', required: true }), node('y', { type: 'FLOAT', required: true })],
    }),
  ],
};

describe(toAvroName, () => {
  it.each([
    ['User Name', 'UserName'],
    ['Session Id', 'SessionId'],
    ['SessionId', 'SessionId'],
    ['url', 'url'],
    ['Prijs in GB£', 'PrijsInGb'],
    ['x', 'x'],
    ['mouse positions', 'MousePositions'],
    ['2nd', '_2nd'],
    ['user_name', 'UserName'],
  ])('of %s is %s', (name, expected) => {
    expect(toAvroName(name)).toBe(expected);
  });
});

describe(defaultNamespace, () => {
  it.each([
    ['quickstart/demo-data-contract/1.0.0', 'quickstart.DemoDataContract.v1_0_0'],
    ['quickstart/demo/1.0.0', 'quickstart.demo.v1_0_0'],
  ])('of %s is %s', (ref, expected) => {
    const name = parseContractRef(ref);
    expect(name && defaultNamespace(name)).toBe(expected);
  });
});

describe(parseContractRef, () => {
  it.each(['a/b', 'a/b/1.0', 'a//1.0.0', 'a/b/1.0.0/c', ''])('takes %p for none', (ref) => {
    expect(parseContractRef(ref)).toBeUndefined();
  });
});

describe(toAvroDefinition, () => {
  it('puts strmMeta first and keeps the order of keys: name, type, doc, default', () => {
    const json = toAvroDefinition(clicks, contract);
    const { name, namespace, doc, fields } = JSON.parse(json) as Record<string, unknown[]>;
    expect([name, namespace, doc]).toEqual([
      'Clicks',
      'quickstart.DemoDataContract.v1_0_0',
      'clicks of a page',
    ]);
    expect(fields?.map((field) => (field as { name: string }).name)).toEqual([
      'strmMeta',
      'SessionId',
      'url',
      'tags',
      'MousePositions',
    ]);
    expect(json).toContain('{"name":"SessionId","type":"string","doc":"names a visit"}');
    expect(json).toContain('{"name":"url","type":["null","string"],"default":null}');
    expect(json).toContain(
      '{"name":"tags","type":["null",{"type":"array","items":"string"}],"default":null}',
    );
  });

  it('gives a schema that reads events', () => {
    const schema = compileSchema(toAvroDefinition(clicks, contract));
    const event = schema.fromJsonText(
      '{"strmMeta":{"eventContractRef":"r","consentLevels":[]},"SessionId":"s","MousePositions":[{"x":1,"y":0.5}]}',
    );
    expect(schema.decode(schema.encode(event))).toMatchObject({
      SessionId: 's',
      tags: null,
      MousePositions: [{ x: 1, y: 0.5 }],
    });
  });
});

describe(completeSimpleSchema, () => {
  it('writes out every derived name and keeps the given ones', () => {
    const completed = completeSimpleSchema({ ...clicks, avroName: 'Mine', namespace: 'my.own' }, contract);
    expect(completed).toMatchObject({ avroName: 'Mine', namespace: 'my.own' });
    expect(completed.nodes.map(({ avroName }) => avroName)).toEqual([
      'SessionId',
      'url',
      'tags',
      'MousePositions',
    ]);
  });

  it.each<[string, Partial<SimpleSchema>, string]>([
    ['a node without a usable name', { nodes: [node('£')] }, "the node '£' needs an avro name"],
    [
      'two nodes of one name',
      { nodes: [node('a b'), node('A-B')] },
      "the avro name 'AB' of the node 'A-B' is taken",
    ],
    [
      'a node named like the system field',
      { nodes: [node('strmMeta')] },
      "the avro name 'strmMeta' of the node 'strmMeta' is taken",
    ],
    [
      'a group without nodes',
      { nodes: [node('g', { type: 'NODE' })] },
      "the node 'g' of type NODE has no nodes",
    ],
    [
      'a text with nodes',
      { nodes: [node('g', { nodes: [node('x')] })] },
      "the node 'g' of type STRING cannot have nodes",
    ],
    ['no nodes', { nodes: [] }, 'has at least one node'],
    ['a broken namespace', { namespace: '1.x' }, "the namespace '1.x' must be"],
    ['a control character', { nodes: [node('a\u0007b')] }, 'control characters'],
    ['a long doc', { nodes: [node('a', { doc: 'd'.repeat(5_001) })] }, 'longer than 5000'],
    ['a huge definition', { doc: 'd'.repeat(100_000) }, 'fewer than 100000'],
  ])('refuses %s', (_case, changes, problem) => {
    let thrown: unknown;
    try {
      completeSimpleSchema({ ...clicks, ...changes }, contract);
    } catch (error) {
      thrown = error;
    }
    expect((thrown as DefinitionError).problems.join('\n')).toContain(problem);
  });
});

describe(parseAvroDefinition, () => {
  const withFields = (...fields: unknown[]) => JSON.stringify({ type: 'record', name: 'E', fields });
  it.each([
    ['no JSON', '{', 'the schema is not JSON'],
    ['no record', '"string"', 'must be a record'],
    ['no strmMeta', withFields({ name: 'a', type: 'string' }), "has no field 'strmMeta'"],
    ['an unknown type', withFields({ name: 'a', type: 'txt' }), 'is not valid Avro'],
    [
      'a field named __proto__',
      withFields(metaField('n'), { name: '__proto__', type: 'string' }),
      "cannot be named '__proto__'",
    ],
    [
      'a strmMeta of another shape',
      withFields({
        name: 'strmMeta',
        type: { type: 'record', name: 'M', fields: [{ name: 'eventContractRef', type: 'int' }] },
      }),
      "'strmMeta/eventContractRef' must be string",
    ],
  ])('refuses %s', (_case, definition, message) => {
    expect(() => parseAvroDefinition(definition)).toThrow(message);
  });

  it('gives the fingerprint that was published for the demo schema', () => {
    const optional = (name: string) => ({ name, type: ['null', 'string'], default: null });
    const namespace = 'io.streammachine.schemas.demo.v1';
    const demo = {
      type: 'record',
      name: 'DemoEvent',
      namespace,
      strmSchemaId: 'unknown attributes are left alone',
      fields: [
        metaField(namespace),
        optional('uniqueIdentifier'),
        { name: 'consistentValue', type: 'string' },
        optional('someSensitiveValue'),
        optional('notSensitiveValue'),
      ],
    };
    expect(fingerprint(parseAvroDefinition(JSON.stringify(demo)))).toBe(6093265390869578999n);
  });
});

describe(detectSchemaKind, () => {
  it.each([
    ['{"type":"record","name":"R","fields":[]}', 'avro'],
    ['{"$schema":"https://json-schema.org/draft/2020-12/schema"}', 'json-schema'],
    ['{"type":"object"}', 'json-schema'],
    ['"string"', 'avro'],
  ])('of %s is %s', (text, kind) => {
    expect(detectSchemaKind(text)).toBe(kind);
  });
});

describe(decodeValue, () => {
  const schema = compileSchema(toAvroDefinition(clicks, contract));
  const event = schema.fromJsonText(
    '{"strmMeta":{"eventContractRef":"a/b/1.0.0","consentLevels":[1]},"SessionId":"s","MousePositions":[]}',
  );

  it('reads both formats, which say themselves what explains them', () => {
    const confluent = encodeValue('confluent', 77, schema, event);
    expect([...confluent.subarray(0, 5)]).toEqual([0, 0, 0, 0, 77]);
    expect(peekValue(confluent)).toEqual({ by: 'schema-id', schemaId: 77 });
    expect(decodeValue(schema, confluent)).toEqual(event);
    const json = encodeValue('avro-json', 77, schema, event);
    expect(peekValue(json)).toEqual({ by: 'contract', contractRef: 'a/b/1.0.0' });
    expect(decodeValue(schema, json)).toEqual(event);
  });

  it.each([Buffer.alloc(0), Buffer.from([0, 1]), Buffer.from('{}'), Buffer.from('garbage')])(
    'refuses a value of no format: %p',
    (value) => {
      expect(() => peekValue(value)).toThrow('is in no format of this log');
    },
  );
});
