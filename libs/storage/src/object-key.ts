import { ObjectKeyError } from './errors.ts';

/** What S3, the narrowest of the engines, takes. */
const longestKeyBytes = 1_024;

const controlCharacter = /[\p{Cc}\u2028\u2029]/u;
/** Dots, slashes, controls and overlong UTF-8, encoded once or more: some client on the way may decode them. */
const encodedTrick = /%(?:25)*(?:2e|2f|5c|7f|[01][0-9a-f]|c0|c1)/i;

/**
 * Accepts keys that mean the same object to every engine, every URL library and every file system: relative,
 * `/`-separated, at most 1024 bytes.
 * @throws ObjectKeyError
 */
export function assertObjectKey(key: string): void {
  if (key === '') throw new ObjectKeyError('it is empty');
  assertCharacters(key);
  for (const segment of key.split('/')) {
    if (segment === '') throw new ObjectKeyError('it has an empty segment');
    if (segment === '.' || segment === '..') throw new ObjectKeyError(`it has the segment "${segment}"`);
  }
}

/** A prefix of keys, as `list` takes it: empty, or the beginning of a key up to any character. @throws ObjectKeyError */
export function assertObjectKeyPrefix(prefix: string): void {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  if (folder !== '') assertObjectKey(folder.slice(0, -1));
  assertCharacters(prefix);
}

/** Joins a prefix, which may be empty, and a name. @throws ObjectKeyError */
export function toObjectKey(prefix: string, name: string): string {
  const key = prefix === '' ? name : `${prefix}/${name}`;
  assertObjectKey(key);
  return key;
}

function assertCharacters(text: string): void {
  if (!text.isWellFormed()) throw new ObjectKeyError('it is not valid Unicode');
  if (Buffer.byteLength(text) > longestKeyBytes)
    throw new ObjectKeyError(`it exceeds ${longestKeyBytes} bytes`);
  if (controlCharacter.test(text)) throw new ObjectKeyError('it has a control character');
  if (text.includes('\\')) throw new ObjectKeyError('it has a backslash');
  if (encodedTrick.test(text)) throw new ObjectKeyError('it has an encoded dot, slash or control character');
}
