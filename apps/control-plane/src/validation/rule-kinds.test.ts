import { create, createFileRegistry, createRegistry, setExtension } from '@bufbuild/protobuf';
import type { Message, Registry } from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
} from '@bufbuild/protobuf/wkt';
import type { FieldOptions, OneofOptions } from '@bufbuild/protobuf/wkt';
import { FieldOptionsSchema, OneofOptionsSchema } from '@bufbuild/protobuf/wkt';
import { fromJson } from '@bufbuild/protobuf';
import type { JsonValue } from '@bufbuild/protobuf';
import { describe, expect, it } from '@jest/globals';
import { protocolRegistry } from '@ccd/protocol';
import { createChecker } from './check-message.ts';
import { UnsupportedRuleError } from './violation.ts';

type FieldShape = Readonly<{
  type: keyof typeof types;
  typeName?: string;
  list?: boolean;
  rules?: JsonValue;
}>;

const types = {
  string: FieldDescriptorProto_Type.STRING,
  int32: FieldDescriptorProto_Type.INT32,
  int64: FieldDescriptorProto_Type.INT64,
  double: FieldDescriptorProto_Type.DOUBLE,
  enum: FieldDescriptorProto_Type.ENUM,
  message: FieldDescriptorProto_Type.MESSAGE,
};

/** The types of a proto of one message, `test.Probe`, with a field `value` and its rules. */
function probe({ type, typeName = '', list = false, rules }: FieldShape, oneofRequired = false): Registry {
  const oneof = oneofRequired ? { oneofIndex: 0 } : {};
  const file = create(FileDescriptorProtoSchema, {
    name: 'test/probe.proto',
    package: 'test',
    syntax: 'proto3',
    dependency: ['google/protobuf/duration.proto', 'google/protobuf/timestamp.proto'],
    enumType: [{ name: 'Size', value: ['NONE', 'SMALL', 'LARGE'].map((name, number) => ({ name, number })) }],
    messageType: [
      {
        name: 'Probe',
        field: [
          {
            name: 'value',
            number: 1,
            label: list ? FieldDescriptorProto_Label.REPEATED : FieldDescriptorProto_Label.OPTIONAL,
            type: types[type],
            ...(typeName === '' ? {} : { typeName }),
            ...(rules === undefined ? {} : { options: fieldOptions(rules) }),
            ...oneof,
          },
        ],
        ...(oneofRequired ? { oneofDecl: [{ name: 'choice', options: requiredOneof() }] } : {}),
      },
    ],
  });
  return createRegistry(createFileRegistry(file, (name) => protocolRegistry().getFile(name)));
}

function extensionNamed(name: string) {
  const extension = protocolRegistry().getExtension(name);
  if (extension === undefined) throw new Error(`no option ${name}`);
  return extension;
}

function fieldOptions(rules: JsonValue): FieldOptions {
  const options = create(FieldOptionsSchema);
  const extension = extensionNamed('validate.rules');
  if (extension.fieldKind !== 'message') throw new Error('no rules');
  const value: Message = fromJson(extension.message, rules);
  setExtension(options, extension, value);
  return options;
}

function requiredOneof(): OneofOptions {
  const options = create(OneofOptionsSchema);
  setExtension(options, extensionNamed('validate.required'), true);
  return options;
}

function check(field: FieldShape, value: unknown): string[] {
  const registry = probe(field);
  const violations = createChecker([], () => registry)('test.Probe', { value });
  return violations.map(({ path, rule, message }) => `${path} ${message} (${rule})`);
}

const size = { type: 'enum', typeName: '.test.Size' } as const;
const duration = { type: 'message', typeName: '.google.protobuf.Duration' } as const;
const timestamp = { type: 'message', typeName: '.google.protobuf.Timestamp' } as const;

describe('a rule', () => {
  it.each<[FieldShape, unknown, unknown, string]>([
    [{ type: 'int32', rules: { int32: { lt: 5 } } }, 4, 5, 'value must be less than 5 (int32.lt)'],
    [{ type: 'int32', rules: { int32: { lte: 5 } } }, 5, 6, 'value must be at most 5 (int32.lte)'],
    [{ type: 'int32', rules: { int32: { gt: 5 } } }, 6, 5, 'value must be more than 5 (int32.gt)'],
    [{ type: 'int64', rules: { int64: { gte: '5' } } }, 5n, 4n, 'value must be at least 5 (int64.gte)'],
    [{ ...size, rules: { enum: { notIn: [0] } } }, 1, 0, 'value must be one of SMALL, LARGE (enum.not_in)'],
    [{ ...size, rules: { enum: { in: [1] } } }, 1, 2, 'value must be one of SMALL (enum.in)'],
    [
      { ...size, rules: { enum: { definedOnly: true } } },
      2,
      7,
      'value must be one of NONE, SMALL, LARGE (enum.defined_only)',
    ],
    [
      { ...duration, rules: { duration: { required: true } } },
      { seconds: 0n, nanos: 0 },
      undefined,
      'value is required (duration.required)',
    ],
    [
      { ...duration, rules: { duration: { gte: '1.5s' } } },
      { seconds: 1n, nanos: 500_000_000 },
      { seconds: 1n, nanos: 499_999_999 },
      'value must be at least 1.5 seconds (duration.gte)',
    ],
    [
      { ...duration, rules: { duration: { lte: '1s' } } },
      undefined,
      { seconds: 2n, nanos: 0 },
      'value must be at most 1 second (duration.lte)',
    ],
    [
      { ...timestamp, rules: { timestamp: { required: true } } },
      new Date(0),
      undefined,
      'value is required (timestamp.required)',
    ],
    [
      { type: 'string', list: true, rules: { repeated: { minItems: '2' } } },
      ['a', 'b'],
      ['a'],
      'value must have at least 2 items, and has 1 (repeated.min_items)',
    ],
    [
      { type: 'string', list: true, rules: { repeated: { maxItems: '1' } } },
      ['a'],
      ['a', 'b'],
      'value must have at most 1 item, and has 2 (repeated.max_items)',
    ],
    [
      { type: 'string', list: true, rules: { repeated: { unique: true } } },
      ['a', 'b'],
      ['a', 'b', 'b'],
      'value must not repeat items: [2] is the same as [1] (repeated.unique)',
    ],
    [
      { type: 'int32', list: true, rules: { repeated: { items: { int32: { gt: 0 } } } } },
      [1, 2],
      [1, 0],
      'value[1] must be more than 0 (repeated.items.int32.gt)',
    ],
  ])('of the kind %j accepts %j and refuses %j', (field, right, wrong, told) => {
    expect(check(field, right)).toEqual([]);
    expect(check(field, wrong)).toEqual([told]);
  });

  it.each<[FieldShape, unknown, unknown]>([
    [{ type: 'string', rules: { string: { minLen: '2', ignoreEmpty: true } } }, '', 'a'],
    [{ type: 'int32', rules: { int32: { gte: 2, ignoreEmpty: true } } }, 0, 1],
    [{ type: 'string', list: true, rules: { repeated: { minItems: '2', ignoreEmpty: true } } }, [], ['a']],
  ])('with ignore_empty, as %j, passes over %j and not over %j', (field, empty, wrong) => {
    expect(check(field, empty)).toEqual([]);
    expect(check(field, wrong)).toHaveLength(1);
  });

  it('that a oneof is required names its members', () => {
    const registry = probe({ type: 'string' }, true);
    const checker = createChecker([], () => registry);
    expect(checker('test.Probe', { choice: { $case: 'value', value: '' } })).toEqual([]);
    expect(checker('test.Probe', {})).toEqual([
      { path: 'choice', rule: 'oneof.required', message: 'needs one of value' },
    ]);
  });

  it.each<[FieldShape, string]>([
    [{ type: 'string', rules: { string: { hostname: true } } }, 'string.hostname'],
    [{ type: 'string', rules: { string: { minBytes: '4' } } }, 'string.min_bytes'],
    [{ type: 'string', rules: { int32: { gt: 0 } } }, 'int32'],
    [{ type: 'int32', rules: { int32: { const: 3 } } }, 'int32.const'],
    [{ type: 'double', rules: { double: { gt: 0 } } }, 'double'],
    [{ ...size, rules: { enum: { const: 1 } } }, 'enum.const'],
    [{ ...timestamp, rules: { timestamp: { ltNow: true } } }, 'timestamp.lt_now'],
    [{ ...duration, rules: { message: { skip: true } } }, 'message.skip'],
    [{ ...duration, list: true, rules: { repeated: { unique: true } } }, 'repeated.unique'],
    [{ type: 'string', list: true, rules: { string: { minLen: '4' } } }, 'string'],
    [{ type: 'string', list: true, rules: { repeated: { items: { string: { ip: true } } } } }, 'string.ip'],
  ])('that is not known, as in %j, stops the program instead of passing unchecked', (field, rule) => {
    const act = () => check(field, undefined);
    expect(act).toThrow(UnsupportedRuleError);
    expect(act).toThrow(`test.Probe.value has the rule ${rule}, which`);
  });
});
