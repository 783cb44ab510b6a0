import { compileContract, encodeValue, publicContracts } from '@ccd/contracts';
import type { ContractDefinition } from '@ccd/contracts';
import { describe, expect, it } from '@jest/globals';
import { createRecordReader } from './record-reader.ts';

const [example] = publicContracts;
if (example === undefined) throw new Error('there is an example contract');
const definition: ContractDefinition = { ...example, schemaId: 7 };
const contract = compileContract(definition);
const event = contract.schema.fromJsonText(
  `{"strmMeta":{"eventContractRef":"${definition.ref}","consentLevels":[1]},"consistentValue":"s"}`,
);

function setUp(known = definition) {
  const asked: (string | number)[] = [];
  const reader = createRecordReader({
    contract: async (ref) => {
      asked.push(ref);
      return ref === known.ref ? known : undefined;
    },
    schemaById: async (schemaId) => {
      asked.push(schemaId);
      return schemaId === known.schemaId ? known.schema.definition : undefined;
    },
  });
  return { reader, asked };
}

describe(createRecordReader, () => {
  it.each(['confluent', 'avro-json'] as const)('reads values of the format %s', async (format) => {
    const { reader } = setUp();
    const value = encodeValue(format, 7, contract.schema, event);
    await expect(reader.read(value)).resolves.toMatchObject({ event });
  });

  it.each(['confluent', 'avro-json'] as const)(
    'reads events of a JSON Schema in the format %s',
    async (format) => {
      const strmMeta = {
        type: 'object',
        properties: {
          eventContractRef: { type: 'string' },
          consentLevels: { type: 'array', items: { type: 'integer' } },
        },
      };
      const text = JSON.stringify({ type: 'object', properties: { strmMeta, session: { type: 'string' } } });
      const visit: ContractDefinition = {
        ref: 'acme/visit/1.0.0',
        state: 'ACTIVE',
        schema: { kind: 'json-schema', definition: text },
        keyField: 'session',
        fields: [{ fieldName: 'session', isPii: true, isQuasiId: false, purposeLevel: 1 }],
        validations: [],
        schemaId: 12,
      };
      const { reader } = setUp(visit);
      const stored = {
        strmMeta: { eventContractRef: visit.ref, consentLevels: [] },
        session: 's',
        more: [1.5],
      };
      const read = await reader.read(encodeValue(format, 12, compileContract(visit).schema, stored));
      expect(read.event).toEqual(stored);
      const found = await reader.contractOf(read.event);
      const clear = found.replacePersonal(
        read.event,
        () => true,
        (sealed) => `clear ${sealed}`,
      );
      expect(read.schema.toJson(clear, 'plain')).toBe(JSON.stringify({ ...stored, session: 'clear s' }));
    },
  );

  it('compiles a schema once', async () => {
    const { reader, asked } = setUp();
    const value = encodeValue('confluent', 7, contract.schema, event);
    const [first, second] = [await reader.read(value), await reader.read(value)];
    expect(second.schema).toBe(first.schema);
    expect(asked).toEqual([7]);
  });

  it('finds the contract that an event names', async () => {
    const { reader } = setUp();
    expect((await reader.contractOf(event)).ref).toBe(definition.ref);
    expect(await reader.contractOf(event)).toBe(await reader.contractOf(event));
  });

  it('tells a record that nothing explains from a control plane that is away', async () => {
    const { reader } = setUp({ ...definition, ref: 'other/one/1.0.0', schemaId: 8 });
    const value = encodeValue('confluent', 7, contract.schema, event);
    await expect(reader.read(value)).rejects.toMatchObject({ name: 'UnexplainedRecordError' });
    await expect(reader.contractOf(event)).rejects.toMatchObject({ name: 'UnexplainedRecordError' });
    await expect(reader.contract(definition.ref)).resolves.toBeUndefined();
    expect(() => reader.read(Buffer.from('garbage'))).toThrow('is in no format of this log');
  });

  it('does not use a contract that does not fit its schema', async () => {
    const { reader } = setUp({ ...definition, keyField: 'none' });
    await expect(reader.contractOf(event)).rejects.toMatchObject({ name: 'UnexplainedRecordError' });
  });

  it('compiles what cannot be used once, and anew what took its place', async () => {
    let current: ContractDefinition = { ...definition, keyField: 'none' };
    const refused: Error[] = [];
    const reader = createRecordReader(
      { contract: async () => current, schemaById: async () => current.schema.definition },
      (error) => refused.push(error),
    );
    const refusalOf = () =>
      reader.contractOf(event).then(
        () => undefined,
        (error: unknown) => error,
      );
    const first = await refusalOf();
    expect(first).toMatchObject({ name: 'UnexplainedRecordError' });
    // Who compiled again would find out again, and have an error of its own.
    expect(await refusalOf()).toBe(first);
    expect(refused).toEqual([first]);
    expect(refused[0]?.message).toBe(
      `contract ${definition.ref} cannot be used: the key field 'none' is not in the schema`,
    );
    current = definition;
    expect((await reader.contractOf(event)).definition).toBe(definition);
  });
});
