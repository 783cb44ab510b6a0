import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { getOption } from '@bufbuild/protobuf';
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { isReflectList } from '@bufbuild/protobuf/reflect';
import { describe, expect, it } from '@jest/globals';
import { protocolRegistry } from '@ccd/protocol';
import { z } from 'zod';
import { toNanoseconds } from './durations.ts';
import { rulesOf } from './field-rules.ts';
import type { FieldRules, RuleValue } from './field-rules.ts';

const repository = resolve(import.meta.dirname, '../../../..');
const wireTable = join(repository, '../shared/protocol/wire.json');

/** The public protocol as a table; what else it holds is compared by `npm run protocol:check`. */
const wireSchema = z.record(
  z.string(),
  z.looseObject({
    kind: z.string(),
    deprecated: z.boolean().optional(),
    fields: z
      .record(
        z.string(),
        z.looseObject({
          deprecated: z.boolean().optional(),
          behavior: z.string().optional(),
          rules: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
        }),
      )
      .optional(),
  }),
);

function tableOf(type: DescMessage) {
  return {
    deprecated: type.deprecated,
    fields: Object.fromEntries(
      type.fields.map((field) => [
        field.name,
        { deprecated: field.deprecated, behavior: behaviorOf(field), rules: plainRules(rulesOf(field)) },
      ]),
    ),
  };
}

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

/** The table writes a list of one as the item, and durations by their parts. */
function plainWireRules(rules: Record<string, Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(rules).map(([kind, named]) => [
      kind,
      Object.fromEntries(
        Object.entries(named).map(([name, asked]) => [name, plainWireValue(kind, name, asked)]),
      ),
    ]),
  );
}

function plainWireValue(kind: string, name: string, asked: unknown): unknown {
  if (['in', 'not_in'].includes(name)) return [asked].flat();
  if (kind !== 'duration' || typeof asked !== 'object' || asked === null) return asked;
  return 'seconds' in asked ? Number(toNanoseconds({ seconds: BigInt(Number(asked.seconds)) })) : asked;
}

function expectSameTables(): void {
  const wire = wireSchema.parse(JSON.parse(readFileSync(wireTable, 'utf8')));
  const theirs = new Map(Object.entries(wire).filter(([, { kind }]) => kind === 'message'));
  const ours = [...protocolRegistry()]
    .filter((type) => type.kind === 'message')
    .filter(({ typeName }) => theirs.has(typeName));
  expect(ours.length).toBeGreaterThan(300);
  for (const type of ours) {
    const { deprecated = false, fields = {} } = theirs.get(type.typeName) ?? {};
    const expected = Object.entries(fields).map(([name, field]) => [
      name,
      {
        deprecated: field.deprecated ?? false,
        behavior: field.behavior,
        rules: plainWireRules(field.rules ?? {}),
      },
    ]);
    expect([type.typeName, tableOf(type)]).toEqual([
      type.typeName,
      { deprecated, fields: Object.fromEntries(expected) as unknown },
    ]);
  }
}

// The table stands beside a checkout where the protocol is worked on, and nowhere else.
const itWithTable = existsSync(wireTable) ? it : it.skip;

describe('the protos', () => {
  itWithTable(
    'carry the rules, behaviours and deprecations of ../shared/protocol/wire.json (skipped where that is absent)',
    expectSameTables,
  );
});
