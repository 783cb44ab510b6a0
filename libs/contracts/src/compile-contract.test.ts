import { describe, expect, it } from '@jest/globals';
import { checkContract, checkMaskedFields, mirrorPiiFields } from './check-contract.ts';
import { compileContract } from './compile-contract.ts';
import { readMeta, stampEvent } from './event-meta.ts';
import { compileSchema } from './event-schema.ts';
import { metaField } from './simple-schema.ts';
import type { ContractDefinition, EventRecord, FieldMetadata } from './types.ts';

const optional = (type: unknown) => ['null', type];
const customer = { type: 'record', name: 'Customer', fields: [{ name: 'id', type: optional('string') }] };
const line = { type: 'record', name: 'Line', fields: [{ name: 'note', type: 'string' }] };
const definition = JSON.stringify({
  type: 'record',
  name: 'Order',
  namespace: 'n',
  fields: [
    metaField('n'),
    { name: 'session', type: 'string' },
    { name: 'customer', type: optional(customer) },
    { name: 'tags', type: { type: 'array', items: 'string' } },
    { name: 'lines', type: { type: 'array', items: line } },
    { name: 'amount', type: 'int' },
    { name: 'either', type: ['null', 'int', 'string'] },
  ],
});

const pii = (fieldName: string, purposeLevel = 1): FieldMetadata => ({
  fieldName,
  isPii: true,
  isQuasiId: false,
  purposeLevel,
});

const contract = (changes: Partial<ContractDefinition> = {}): ContractDefinition => ({
  ref: 'handle/order/1.0.0',
  state: 'ACTIVE',
  schema: { kind: 'avro', definition },
  keyField: 'session',
  fields: [pii('session', 0), pii('customer/id', 1), pii('tags', 2), pii('lines/note', 3)],
  validations: [{ field: 'customer/id', regex: '^c-' }],
  dataSubjectField: 'customer/id',
  schemaId: 1,
  ...changes,
});

const event: EventRecord = {
  strmMeta: { eventContractRef: 'handle/order/1.0.0', nonce: 9, billingId: 'b', consentLevels: [1] },
  session: 's-1',
  customer: { id: 'c-1' },
  tags: ['a', 'b'],
  lines: [{ note: 'first' }, { note: 'second' }],
  amount: 3,
  either: null,
};

describe(compileContract, () => {
  const compiled = compileContract(contract());

  it('finds key and data subject', () => {
    expect(compiled.keyFieldValue(event)).toBe('s-1');
    expect(compiled.dataSubjectId(event)).toBe('c-1');
    expect(compiled.dataSubjectId({ ...event, customer: null })).toBeUndefined();
  });

  it('replaces the texts of the personal fields that are asked for, in records and lists, and nothing else', () => {
    const changed = compiled.replacePersonal(
      event,
      () => true,
      (text) => `<${text}>`,
    );
    expect(changed).toEqual({
      ...event,
      session: '<s-1>',
      customer: { id: '<c-1>' },
      tags: ['<a>', '<b>'],
      lines: [{ note: '<first>' }, { note: '<second>' }],
    });
    const some = compiled.replacePersonal(
      event,
      ({ purposeLevel }) => purposeLevel === 2,
      () => 'x',
    );
    expect(some).toEqual({ ...event, tags: ['x', 'x'] });
    expect(event['session']).toBe('s-1');
  });

  it('leaves null alone', () => {
    const changed = compiled.replacePersonal(
      { ...event, customer: null },
      () => true,
      () => 'x',
    );
    expect(changed['customer']).toBeNull();
  });

  it('tells which value does not match, in the words that clients know', () => {
    expect(compiled.validate({ ...event, customer: { id: 'bad' } })).toEqual({
      field: 'customer/id',
      message:
        "Field: 'customer/id' in event with schema: 'handle/order/1.0.0' with value: 'bad' doesn't match regex: '^c-'",
    });
    expect(compiled.validate(event)).toBeUndefined();
    expect(compiled.validate({ ...event, customer: { id: null } })).toBeUndefined();
  });

  it('runs a pattern that explodes elsewhere in linear time', () => {
    const slow = compileContract(contract({ validations: [{ field: 'session', regex: '^(\\w+\\s?)*$' }] }));
    expect(slow.validate({ ...event, session: `${'a'.repeat(100_000)}!` })).toMatchObject({
      message: expect.stringContaining("doesn't match regex"),
    });
  });

  it('runs a large pattern on texts of some length and no further', () => {
    const large = compileContract(contract({ validations: [{ field: 'tags', regex: '(a{0,1000})$' }] }));
    const tags = (length: number, count: number) => Array.from({ length: count }, () => 'a'.repeat(length));
    expect(large.validate({ ...event, tags: tags(400, 2) })).toBeUndefined();
    expect(large.validate({ ...event, tags: tags(400, 50) })).toEqual({
      field: 'tags',
      message: "Field 'tags' is longer than its validation is run on",
    });
  });
});

describe(checkContract, () => {
  const { shape } = compileSchema(definition);
  it.each<[string, Partial<ContractDefinition>, string]>([
    ['an unknown key field', { keyField: 'none' }, "the key field 'none' is not in the schema"],
    [
      'a key field that is no text',
      { keyField: 'amount' },
      "the key field 'amount' must be string or optional string; it is int",
    ],
    [
      'a list as key field',
      { keyField: 'tags' },
      "the key field 'tags' must be string or optional string; it is list of string",
    ],
    [
      'a key field of which an event may have several',
      { keyField: 'lines/note' },
      "the key field 'lines/note' must be string or optional string; it is string in a list",
    ],
    [
      'a data subject field of which an event may have several',
      { dataSubjectField: 'lines/note' },
      "the data subject field 'lines/note' must be string or optional string; it is string in a list",
    ],
    [
      'an unknown personal field',
      { fields: [pii('customer/name')] },
      "the personal field 'customer/name' is not in the schema",
    ],
    [
      'a personal number',
      { fields: [pii('amount')] },
      "the personal field 'amount' must be string, optional string or list of string; it is int",
    ],
    [
      'a personal union',
      { fields: [pii('either')] },
      "the personal field 'either' must be string, optional string or list of string; it is union of null, int, string",
    ],
    [
      'a personal system field',
      { fields: [pii('strmMeta/eventContractRef')] },
      "the field 'strmMeta/eventContractRef' cannot be personal: the system needs it",
    ],
    [
      'metadata twice',
      { fields: [pii('session'), pii('session')] },
      "the field 'session' has metadata more than once",
    ],
    [
      'a negative purpose',
      { fields: [pii('session', -1)] },
      "the purpose level of 'session' must be 0 or more",
    ],
    [
      'an unknown data subject',
      { dataSubjectField: 'none' },
      "the data subject field 'none' is not in the schema",
    ],
    [
      'an unknown validated field',
      { validations: [{ field: 'none', regex: 'a' }] },
      "the validated field 'none' is not in the schema",
    ],
    [
      'a validated number',
      { validations: [{ field: 'amount', regex: 'a' }] },
      "the validated field 'amount' must be string, optional string or list of string; it is int",
    ],
  ])('reports %s', (_case, changes, message) => {
    expect(checkContract(shape, contract(changes)).map((problem) => problem.message)).toEqual([message]);
  });

  it.each(['(?=a)', '(a)\\1', '(', 'a{5000}', '(?<=a)b'])(
    'refuses the pattern %s, which is not linear',
    (regex) => {
      const [problem] = checkContract(shape, contract({ validations: [{ field: 'session', regex }] }));
      expect(problem?.message).toMatch(
        /^the validation of 'session': the regular expression is not accepted: /,
      );
    },
  );

  it('has nothing to say of a good contract', () => {
    expect(checkContract(shape, contract())).toEqual([]);
  });
});

describe(checkMaskedFields, () => {
  const { shape } = compileSchema(definition);
  it('names each field that cannot be masked, with its type', () => {
    const patterns = ['tags', 'amount', 'none', 'strmMeta/keyLink', 'either', 'session', 'session'];
    expect(
      checkMaskedFields(shape, patterns).map(({ fieldPattern, fieldType }) => [fieldPattern, fieldType]),
    ).toEqual([
      ['amount', 'int'],
      ['none', ''],
      ['strmMeta/keyLink', 'optional string'],
      ['either', 'union of null, int, string'],
      ['session', 'string'],
    ]);
  });
});

describe(mirrorPiiFields, () => {
  it('turns the old map into metadata unless there is metadata', () => {
    expect(mirrorPiiFields({ session: 2 }, [])).toEqual([pii('session', 2)]);
    expect(mirrorPiiFields({ session: 2 }, [pii('tags')])).toEqual([pii('tags')]);
  });
});

describe(stampEvent, () => {
  it("sets the gateway's fields over whatever the sender put there", () => {
    const stamped = stampEvent(event, { nonce: 1, timestamp: 2, keyLink: 'k' });
    expect(stamped['strmMeta']).toEqual({
      eventContractRef: 'handle/order/1.0.0',
      nonce: 1,
      timestamp: 2,
      keyLink: 'k',
      billingId: null,
      consentLevels: [1],
    });
    expect(readMeta(event).keyLink).toBeNull();
  });
});

describe(readMeta, () => {
  it('takes consent that is no list of whole numbers for none', () => {
    const odd = { ...event, strmMeta: { eventContractRef: 'r', consentLevels: [1, 'x'] } };
    expect(readMeta(odd).consentLevels).toEqual([]);
  });
});
