import { describe, expect, it } from '@jest/globals';
import { parseAvro } from './avro-schema.ts';
import { canonicalForm, fingerprint } from './fingerprint.ts';

/** From the Avro project's own schema tests, which print fingerprints as signed numbers. */
const cases: readonly [string, bigint][] = [
  ['"null"', 7195948357588979594n],
  ['"boolean"', -6970731678124411036n],
  ['"int"', 8247732601305521295n],
  ['"long"', -3434872931120570953n],
  ['"float"', 5583340709985441680n],
  ['"double"', -8181574048448539266n],
  ['"bytes"', 5746618253357095269n],
  ['"string"', -8142146995180207161n],
  ['{"type":"record","fields":[],"name":"foo"}', -4824392279771201922n],
  ['{"type":"fixed","size":15,"name":"foo"}', 1756455273707447556n],
  ['{"type":"enum","symbols":["A1"],"name":"foo"}', -6342190197741309591n],
];

describe(fingerprint, () => {
  it.each(cases)('of %s is the one of the specification', (schema, expected) => {
    expect(BigInt.asIntN(64, fingerprint(parseAvro(schema)))).toBe(expected);
  });

  it('does not depend on documentation, defaults, order of keys or white space', () => {
    const plain = '{"type":"record","name":"a.R","fields":[{"name":"f","type":["null","string"]}]}';
    const dressed = `{ "doc": "d", "namespace": "a", "fields": [{ "default": null, "doc": "x",
      "type": ["null", { "type": "string" }], "name": "f" }], "name": "R", "type": "record" }`;
    expect(fingerprint(parseAvro(dressed))).toBe(fingerprint(parseAvro(plain)));
  });
});

describe(canonicalForm, () => {
  it('defines a name once and refers to it afterwards', () => {
    const schema = `{"type":"record","name":"R","namespace":"n","fields":[
      {"name":"first","type":{"type":"enum","name":"E","symbols":["A"]}},
      {"name":"second","type":"E"}, {"name":"self","type":["null","R"]}]}`;
    expect(canonicalForm(parseAvro(schema))).toBe(
      '{"name":"n.R","type":"record","fields":[{"name":"first","type":{"name":"n.E","type":"enum","symbols":["A"]}},' +
        '{"name":"second","type":"n.E"},{"name":"self","type":["null","n.R"]}]}',
    );
  });
});
