import type { DescMessage } from '@bufbuild/protobuf';
import { describe, expect, it } from '@jest/globals';
import { protocolRegistry } from '@ccd/protocol';
import { createChecker } from './check-message.ts';
import { samplesOf, validMessage, withField } from './testing/rule-samples.ts';

/** Every message of the public protocol, nested ones too. */
function messages(): DescMessage[] {
  return [...protocolRegistry()]
    .filter((type) => type.kind === 'message')
    .filter(({ typeName }) => typeName.startsWith('strmprivacy.api.'));
}

const samples = messages().flatMap((type) =>
  type.fields.flatMap((field) =>
    samplesOf(field).map((sample) => ({ type, field, ...sample, name: `${type.typeName}.${field.name}` })),
  ),
);

/** The rules as they stand in the protos. */
const check = createChecker([]);

describe('each rule of the public protocol', () => {
  it.each(samples)('$name keeps $rule', ({ type, field, passes }) => {
    expect(check(type.typeName, withField(validMessage(type), field, passes))).toEqual([]);
  });

  it.each(samples.filter(({ fails }) => fails !== undefined))(
    '$name breaks $rule, and is told so',
    ({ type, field, rule, fails }) => {
      const path = rule.startsWith('repeated.items.') ? `${field.name}[0]` : field.name;
      expect(check(type.typeName, withField(validMessage(type), field, fails?.value))).toEqual([
        { path, rule, message: expect.stringMatching(/^(?:must|is) /) },
      ]);
    },
  );

  it('is met here: the tables above are not empty', () => {
    expect(samples.length).toBeGreaterThan(300);
  });
});
