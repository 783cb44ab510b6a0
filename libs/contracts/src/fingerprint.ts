import type { Shape } from './shape.ts';

/**
 * The Parsing Canonical Form of a schema (Avro specification, "Parsing Canonical Form for Schemas"): full names, no
 * attributes that don't matter to a reader, one order of keys, no white space.
 */
export function canonicalForm(shape: Shape): string {
  return print(shape, new Set());
}

function print(shape: Shape, defined: Set<string>): string {
  if ('name' in shape) {
    if (defined.has(shape.name)) return JSON.stringify(shape.name);
    defined.add(shape.name);
  }
  switch (shape.kind) {
    case 'record': {
      const fields = shape.fields.map(
        ({ name, shape: inner }) => `{"name":${JSON.stringify(name)},"type":${print(inner, defined)}}`,
      );
      return `{"name":${JSON.stringify(shape.name)},"type":"record","fields":[${fields.join(',')}]}`;
    }
    case 'enum':
      return `{"name":${JSON.stringify(shape.name)},"type":"enum","symbols":${JSON.stringify(shape.symbols)}}`;
    case 'fixed':
      return `{"name":${JSON.stringify(shape.name)},"type":"fixed","size":${shape.size}}`;
    case 'array':
      return `{"type":"array","items":${print(shape.items, defined)}}`;
    case 'map':
      return `{"type":"map","values":${print(shape.values, defined)}}`;
    case 'union':
      return `[${shape.branches.map((branch) => print(branch, defined)).join(',')}]`;
    default:
      return JSON.stringify(shape.kind);
  }
}

const empty = 0xc15d213aa4d7a795n;

const table = Array.from({ length: 256 }, (_, byte) => {
  let entry = BigInt(byte);
  for (let bit = 0; bit < 8; bit += 1) entry = (entry >> 1n) ^ (empty & -(entry & 1n));
  return entry;
});

/** CRC-64-AVRO (the specification's "Schema Fingerprints") of the canonical form, as an unsigned number. */
export function fingerprint(shape: Shape): bigint {
  return crc64(canonicalForm(shape));
}

/** CRC-64-AVRO of a text in UTF-8. */
export function crc64(text: string): bigint {
  return Buffer.from(text).reduce(
    (crc, byte) => (crc >> 8n) ^ (table[Number((crc ^ BigInt(byte)) & 0xffn)] ?? 0n),
    empty,
  );
}
