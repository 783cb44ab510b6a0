import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { getOption } from '@bufbuild/protobuf';
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { isReflectList } from '@bufbuild/protobuf/reflect';
import { describe, expect, it } from '@jest/globals';
import { protocolRegistry } from '@ccd/protocol';
import { rulesOf } from './field-rules.ts';
import type { FieldRules, RuleValue } from './field-rules.ts';

/** What the public protocol says beside names, numbers and types; `npm run protocol:check` holds it to that. */
const table = resolve(import.meta.dirname, '../../../../protos/rules.json');

function tableOf(type: DescMessage) {
  const fields = Object.fromEntries(
    type.fields.map((field) => [field.name, saidOf(field)] as const).filter(([, said]) => hasContent(said)),
  );
  return {
    ...(type.deprecated ? { deprecated: true } : {}),
    ...(hasContent(fields) ? { fields } : {}),
  };
}

function saidOf(field: DescField): object {
  const [behavior, rules] = [behaviorOf(field), plainRules(rulesOf(field))];
  return {
    ...(field.deprecated ? { deprecated: true } : {}),
    ...(behavior === undefined ? {} : { behavior }),
    ...(hasContent(rules) ? { rules } : {}),
  };
}

const hasContent = (value: object): boolean => Object.keys(value).length > 0;

function behaviorOf(field: DescField): string | undefined {
  const extension = protocolRegistry().getExtension('google.api.field_behavior');
  if (extension?.fieldKind !== 'list' || extension.listKind !== 'enum') throw new Error('no field_behavior');
  const option: unknown = getOption(field, extension);
  const numbers: unknown[] = Array.isArray(option) || isReflectList(option) ? [...option] : [];
  return extension.enum.values.find(({ number }) => numbers.includes(number))?.name;
}

function plainRules(rules: FieldRules): Record<string, unknown> {
  return Object.fromEntries(
    rules.map(({ kind, rules: named }) => [
      kind,
      Object.fromEntries([...named].map(([name, asked]) => [name, plainValue(asked)])),
    ]),
  );
}

function plainValue(asked: RuleValue): unknown {
  if (typeof asked === 'bigint') return Number(asked);
  return typeof asked === 'object' && 'each' in asked ? plainRules(asked.each) : asked;
}

describe('the protos', () => {
  it('carry the rules, behaviours and deprecations of the public protocol, and no others', () => {
    const ours = [...protocolRegistry()]
      .filter((type) => type.kind === 'message')
      .filter(({ typeName }) => typeName.startsWith('strmprivacy.'))
      .map((type) => [type.typeName, tableOf(type)] as const);
    expect(ours.length).toBeGreaterThan(300);
    expect(Object.fromEntries(ours)).toEqual(JSON.parse(readFileSync(table, 'utf8')));
  });
});
