import { readdirSync } from 'node:fs';

const packageIndex = /^index\.strmprivacy\.api\.(?<name>[a-z_]+)\.v1\.ts$/;
const base64LineLength = 108;
const notice = '// Written by tools/protocol/generate.ts from protos/; not to be edited.';

/** The source of the module that holds the compiled `protos/`; `descriptors` is a binary FileDescriptorSet. */
export function descriptorsModule(descriptors: Uint8Array): string {
  const text = Buffer.from(descriptors).toString('base64');
  const lines = Array.from({ length: Math.ceil(text.length / base64LineLength) }, (_, line) =>
    text.slice(line * base64LineLength, (line + 1) * base64LineLength),
  );
  return [
    notice,
    '',
    '/** A google.protobuf.FileDescriptorSet of all of protos/ with its options, in base64. */',
    `export const fileDescriptorSet = \`\n${lines.join('\n')}\n\`;`,
    '',
  ].join('\n');
}

/** The source of the index: a namespace per package of the public protocol that `generatedFolder` holds. */
export function indexModule(generatedFolder: string): string {
  const packages = readdirSync(generatedFolder)
    .map((file) => packageIndex.exec(file)?.groups?.['name'])
    .filter((name) => name !== undefined)
    .sort();
  return [
    notice,
    '// One namespace per package of the public protocol: strmprivacy.api.batch_exporters.v1 is `batchExporters`.',
    ...packages.map(
      (name) => `export * as ${camelCase(name)} from './gen/index.strmprivacy.api.${name}.v1.ts';`,
    ),
    "export * as validate from './gen/index.validate.ts';",
    "export type { TimeZone } from './gen/google/type/datetime.ts';",
    "export { messageFromJson, messageToJson } from './json.ts';",
    "export { protocolRegistry } from './registry.ts';",
    '',
  ].join('\n');
}

function camelCase(name: string): string {
  return name.replace(/_(?<letter>[a-z])/g, (_, letter: string) => letter.toUpperCase());
}
