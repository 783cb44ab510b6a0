import { randomBytes, randomInt } from 'node:crypto';

/** A keyset cannot be used. Says what is wrong with its form, never what is in it. */
export class KeysetError extends Error {
  override readonly name = 'KeysetError';
  constructor(problem: string, options?: ErrorOptions) {
    super(`the keyset cannot be used: ${problem}`, options);
  }
}

export interface SivKey {
  readonly id: number;
  /** 64 bytes: S2V half, then counter half. */
  readonly material: Uint8Array;
}

/** The enabled keys of a keyset; the primary encrypts, any of them decrypts. */
export interface Keyset {
  readonly primary: SivKey;
  readonly keys: readonly SivKey[];
}

const typeUrl = 'type.googleapis.com/google.crypto.tink.AesSivKey';
const materialBytes = 64;
/** Field 2 of the protobuf message AesSivKey, length-delimited, 64 bytes. */
const valuePrefix = [0x12, 0x40] as const;

/** A keyset of one fresh random key. */
export function generateKeyset(): Keyset {
  const primary = { id: randomInt(1, 0x1_0000_0000), material: randomBytes(materialBytes) };
  return { primary, keys: [primary] };
}

/** The clear-text JSON form of Tink, fields in the order in which Tink writes them. */
export function keysetToJson({ primary, keys }: Keyset): string {
  return JSON.stringify({
    primaryKeyId: primary.id,
    key: keys.map(({ id, material }) => ({
      keyData: {
        typeUrl,
        value: Buffer.concat([Buffer.from(valuePrefix), material]).toString('base64'),
        keyMaterialType: 'SYMMETRIC',
      },
      status: 'ENABLED',
      keyId: id,
      outputPrefixType: 'TINK',
    })),
  });
}

/**
 * Reads the clear-text JSON form of a Tink keyset of AES256-SIV keys with the TINK prefix.
 * Keys that are not enabled are left out.
 * @throws KeysetError
 */
export function parseKeyset(json: string): Keyset {
  return parseUsual(json) ?? parseAny(json);
}

/** What stands around id, value and id in the text of a keyset with one key. */
const usual = [
  '{"primaryKeyId":',
  `,"key":[{"keyData":{"typeUrl":"${typeUrl}","value":"`,
  '","keyMaterialType":"SYMMETRIC"},"status":"ENABLED","keyId":',
  ',"outputPrefixType":"TINK"}]}',
] as const;
const valueCharacters = ((valuePrefix.length + materialBytes) / 3) * 4;
const decimal = /^[1-9]\d*$/;

/**
 * Reads the very text that `keysetToJson` and Tink write for one key, several times faster than any text. Undefined for
 * every other text, and for one that cannot be used.
 */
function parseUsual(json: string): Keyset | undefined {
  const [head, beforeValue, beforeId, tail] = usual;
  const idText = json.slice(head.length, json.indexOf(',', head.length));
  const valueAt = head.length + idText.length + beforeValue.length;
  const value = json.slice(valueAt, valueAt + valueCharacters);
  if (json !== head + idText + beforeValue + value + beforeId + idText + tail) return undefined;
  const id = decimal.test(idText) ? Number(idText) : Number.NaN;
  const material = toMaterial(value);
  if (!isKeyId(id) || material === undefined) return undefined;
  const primary = { id, material };
  return { primary, keys: [primary] };
}

function parseAny(json: string): Keyset {
  const { primaryKeyId, key: entries } = fieldsOf(parseJson(json));
  if (!isKeyId(primaryKeyId) || !Array.isArray(entries) || entries.length === 0)
    throw new KeysetError(anotherShape);
  const keys = entries.map(readKey).filter((key) => key !== undefined);
  if (new Set(keys.map(({ id }) => id)).size !== keys.length) throw new KeysetError('two keys share an id');
  const primary = keys.find(({ id }) => id === primaryKeyId);
  if (primary === undefined) throw new KeysetError('the primary key is absent or not enabled');
  return { primary, keys };
}

const anotherShape = 'it is not the JSON form of a Tink keyset';

/** Undefined for a key that is not enabled. */
function readKey(entry: unknown): SivKey | undefined {
  const { keyData, status, keyId: id, outputPrefixType } = fieldsOf(entry);
  const { typeUrl: type, value, keyMaterialType } = fieldsOf(keyData);
  const hasTexts = [status, outputPrefixType, type, keyMaterialType].every(
    (each) => typeof each === 'string',
  );
  if (!hasTexts || typeof value !== 'string' || !isKeyId(id)) throw new KeysetError(anotherShape);
  if (status !== 'ENABLED') return undefined;
  if (type !== typeUrl) throw new KeysetError('a key is not an AES-SIV key');
  if (outputPrefixType !== 'TINK') throw new KeysetError('a key does not have the TINK output prefix');
  const material = toMaterial(value);
  if (material === undefined) throw new KeysetError('a key is not 64 bytes long');
  return { id, material };
}

type Fields = Readonly<Partial<Record<string, unknown>>>;

function fieldsOf(value: unknown): Fields {
  if (!isObject(value)) throw new KeysetError(anotherShape);
  return value;
}

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

function isKeyId(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 0xffff_ffff;
}

/** Undefined when the value is not that of a key of 64 bytes. */
function toMaterial(value: string): Uint8Array | undefined {
  const bytes = Buffer.from(value, 'base64');
  const hasForm =
    bytes.length === valuePrefix.length + materialBytes &&
    valuePrefix.every((byte, place) => bytes[place] === byte);
  return hasForm ? bytes.subarray(valuePrefix.length) : undefined;
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // The parser's own message quotes the text, and the text is a key.
    throw new KeysetError('it is not JSON');
  }
}
