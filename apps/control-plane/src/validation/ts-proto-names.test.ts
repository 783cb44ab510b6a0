import { describe, expect, it } from '@jest/globals';
import * as protocol from '@ccd/protocol';
import { protocolRegistry } from '@ccd/protocol';

interface GeneratedType {
  fromPartial(values: object): object;
}

function isGeneratedType(value: unknown): value is GeneratedType {
  return typeof value === 'object' && value !== null && 'fromPartial' in value;
}

/** Generated code by the full name of its message: `entities.Schema_SimpleSchemaDefinition`. */
function generatedType(typeName: string): GeneratedType {
  const [, packageName = '', message = ''] = /^strmprivacy\.api\.(\w+)\.v1\.(.+)$/.exec(typeName) ?? [];
  const namespace = packageName.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const generated: unknown = Reflect.get(protocol, namespace);
  const type: unknown =
    typeof generated === 'object' && generated !== null
      ? Reflect.get(generated, message.replaceAll('.', '_'))
      : undefined;
  if (!isGeneratedType(type)) throw new Error(`no generated code for ${typeName}`);
  return type;
}

describe('the checker and the generated code', () => {
  it('agree on the name of every field', () => {
    const types = [...protocolRegistry()]
      .filter((type) => type.kind === 'message')
      .filter(({ typeName }) => typeName.startsWith('strmprivacy.api.'));
    expect(types.length).toBeGreaterThan(300);
    for (const type of types) {
      const names = Object.keys(generatedType(type.typeName).fromPartial({}));
      expect([type.typeName, names.toSorted()]).toEqual([
        type.typeName,
        type.members.map(({ localName }) => localName).toSorted(),
      ]);
    }
  });
});
