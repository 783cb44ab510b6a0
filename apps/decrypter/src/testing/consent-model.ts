import { createCipheriv } from 'node:crypto';
import type { CipherGCMOptions } from 'node:crypto';
import avro from 'avsc';

/**
 * What the public documentation says of consent, encryption and formats, written down a second time from its words:
 * nothing of the code under test is used here.
 */
export interface Rule {
  readonly type: string;
  readonly levels: readonly number[];
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

const isLevel = (level: unknown): boolean =>
  typeof level === 'number' && Number.isInteger(level) && level >= 0 && level < 2 ** 31;

/** A rule that the protocol allows: GRANULAR with one level or more, CUMULATIVE with one. */
function isRule({ type, levels }: Rule): boolean {
  if (!levels.every(isLevel)) return false;
  if (type === 'GRANULAR') return levels.length > 0;
  return type === 'CUMULATIVE' && levels.length === 1;
}

/** Whether an event with these consents belongs to a stream of this rule. Whatever is malformed gives no consent. */
export function belongs(rule: Rule, consents: unknown): boolean {
  if (!isRule(rule) || !Array.isArray(consents) || consents.length === 0 || !consents.every(isLevel)) {
    return false;
  }
  const given = new Set<unknown>(consents);
  if (rule.type === 'GRANULAR') return new Set(rule.levels).isSubsetOf(given);
  let highest = -1;
  for (const consent of given) highest = Math.max(highest, Number(consent));
  return highest >= (rule.levels[0] ?? Infinity);
}

/** Whether a stream of this rule shows a field of this purpose. */
export function shows(rule: Rule, purpose: number): boolean {
  if (!isRule(rule)) return false;
  return rule.type === 'GRANULAR'
    ? rule.levels.some((level) => level === purpose)
    : purpose <= (rule.levels[0] ?? -1);
}

/** Tink's AES256-SIV by OpenSSL, whose mode the types of node do not know. Not for the empty text, which it refuses. */
export function encryptText(keyset: string, text: string): string {
  const { primaryKeyId, key } = JSON.parse(keyset) as {
    primaryKeyId: number;
    key: [{ keyData: { value: string } }];
  };
  const material = Buffer.from(key[0].keyData.value, 'base64').subarray(2);
  const options = { authTagLength: 16 } as CipherGCMOptions;
  const cipher = createCipheriv('aes-256-siv' as 'aes-256-gcm', material, null as unknown as Buffer, options);
  cipher.setAAD(Buffer.alloc(0));
  const encrypted = Buffer.concat([cipher.update(text), cipher.final()]);
  const prefix = Buffer.from([1, 0, 0, 0, 0]);
  prefix.writeUInt32BE(primaryKeyId, 1);
  return Buffer.concat([prefix, cipher.getAuthTag(), encrypted]).toString('base64');
}

/** The texts that a path names, in the order of the event. */
export function textsAt(value: Json, path: string): readonly string[] {
  const found: string[] = [];
  mapTexts(value, path, (text) => {
    found.push(text);
    return text;
  });
  return found;
}

/** The value with each text that the path names replaced. */
export function mapTexts(value: Json, path: string, change: (text: string) => string): Json {
  const walk = (inner: Json, names: readonly string[]): Json => {
    if (Array.isArray(inner)) return inner.map((each: Json) => walk(each, names));
    const [name, ...rest] = names;
    if (name === undefined) return typeof inner === 'string' ? change(inner) : inner;
    if (typeof inner !== 'object' || inner === null) return inner;
    const record = inner as JsonObject;
    const field = record[name];
    return field === undefined ? inner : { ...record, [name]: walk(field, rest) };
  };
  return walk(value, path.split('/'));
}

const tags: ReadonlySet<string> = new Set(['string', 'int', 'long', 'n.Maybe']);

/** Avro's JSON encoding without the names of the types in unions. */
function untag(value: Json): Json {
  if (Array.isArray(value)) return value.map(untag);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as JsonObject);
  const [first] = entries;
  if (first !== undefined && entries.length === 1 && tags.has(first[0])) return untag(first[1]);
  return Object.fromEntries(entries.map(([name, inner]) => [name, untag(inner)]));
}

/** Reads a value of the log by the formats' own descriptions; `type` is another implementation's Avro. */
export function readValue(value: Buffer, type: avro.Type | undefined): Json {
  if (value[0] !== 0) return untag(JSON.parse(value.toString()) as Json);
  const payload = value.subarray(5);
  if (type === undefined) return JSON.parse(payload.toString()) as Json;
  return JSON.parse(JSON.stringify(type.fromBuffer(payload))) as Json;
}

export const avroType = (definition: string): avro.Type =>
  avro.Type.forSchema(JSON.parse(definition) as avro.Schema);
