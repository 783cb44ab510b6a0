/**
 * What should come out, worked out from what went in and from the published formats alone. Shares no code with the
 * product, so that the two can only agree by both being right.
 */
import { createDecipheriv } from 'node:crypto';
import { murmur3 } from './murmur.ts';

/** A masked value, as published: both halves in hex, without leading zeros. */
export function maskOf(seed: string, plaintext: string): string {
  const [h1, h2] = murmur3(new TextEncoder().encode(seed + plaintext));
  return h1.toString(16) + h2.toString(16);
}

/** Opens a field with an exported key: Tink's AES256-SIV with one empty piece of associated data. */
export function openField(keyset: string, ciphertext: string): string {
  const { key } = JSON.parse(keyset) as { key: { keyId: number; keyData: { value: string } }[] };
  const bytes = Buffer.from(ciphertext, 'base64');
  const id = bytes.readUInt32BE(1);
  const found = key.find(({ keyId }) => keyId === id);
  if (found === undefined || bytes[0] !== 1) throw new Error('the key is not the one that the field names');
  const raw = Buffer.from(found.keyData.value, 'base64').subarray(2);
  const decipher = createDecipheriv('aes-256-siv' as 'aes-256-gcm', raw, null as unknown as Buffer);
  decipher.setAAD(Buffer.alloc(0));
  decipher.setAuthTag(bytes.subarray(5, 21));
  return Buffer.concat([decipher.update(bytes.subarray(21)), decipher.final()]).toString('utf8');
}

/** Whether a granular stream of these purposes holds an event of this consent. */
export const isForwardedTo = (purposes: readonly number[], consent: readonly number[]): boolean =>
  purposes.every((purpose) => consent.includes(purpose));

/** Rows of a file of exported keys, every field in double quotes, without the line of column names. */
export function readKeys(csv: string): ReadonlyMap<string, string> {
  const rows = csv
    .split('\n')
    .filter((line) => line !== '')
    .slice(1);
  return new Map(
    rows.map((row): [string, string] => {
      const [keyLink = '', encryptionKey = ''] = [...row.matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)].map(
        ([, field = '']) => field.replaceAll('""', '"'),
      );
      return [keyLink, encryptionKey];
    }),
  );
}

/** How often each text occurs. */
export function multiset(texts: Iterable<string>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}
