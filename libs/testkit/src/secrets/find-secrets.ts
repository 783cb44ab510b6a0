import { constants, inflateRawSync } from 'node:zlib';

/** A secret as it might stand anywhere, however it was written. */
export interface Needle {
  readonly name: string;
  readonly form: string;
  readonly bytes: Buffer;
}

/** The forms of a text (at least 12 characters) or of bytes that a search has to know. */
export function needlesFor(name: string, secret: string | Buffer): readonly Needle[] {
  const raw = Buffer.isBuffer(secret) ? secret : Buffer.from(secret, 'utf8');
  if (raw.length < 12) throw new RangeError(`${name} is too short to be found without mistake`);
  const hex = raw.toString('hex');
  const forms: readonly (readonly [string, Buffer])[] = [
    ['raw', raw],
    ['utf-16', Buffer.from(raw.toString('latin1'), 'utf16le')],
    ['hex', Buffer.from(hex)],
    ['HEX', Buffer.from(hex.toUpperCase())],
    ['percent-encoded', Buffer.from(hex.replaceAll(/../g, '%$&'))],
    ['PERCENT-ENCODED', Buffer.from(hex.toUpperCase().replaceAll(/../g, '%$&'))],
    ...[0, 1, 2].flatMap((shift): (readonly [string, Buffer])[] => {
      // Of what stands between two other texts, only whole groups of three bytes are the same in base64.
      const whole = raw.subarray(shift, shift + 3 * Math.floor((raw.length - shift) / 3));
      return (['base64', 'base64url'] as const).map((encoding) => [
        encoding,
        Buffer.from(whole.toString(encoding)),
      ]);
    }),
  ];
  return forms.map(([form, bytes]) => ({ name, form, bytes }));
}

/** `<name> (<form>)` of every needle in the bytes, and in whatever is packed in them with gzip. */
export function findSecrets(haystack: Buffer, needles: readonly Needle[]): readonly string[] {
  const found = new Set<string>();
  for (const bytes of [haystack, ...unpacked(haystack)]) {
    for (const { name, form, bytes: needle } of needles) {
      if (bytes.includes(needle)) found.add(`${name} (${form}${bytes === haystack ? '' : ', gzip'})`);
    }
  }
  return [...found];
}

/** Deflate, no flags: what every common writer of gzip begins with. */
const gzipMagic = Buffer.from([0x1f, 0x8b, 0x08, 0x00]);
const gzipHeaderBytes = 10;

/** Everything that can be read as gzip, from wherever it begins; what follows it does not matter. */
function unpacked(bytes: Buffer): readonly Buffer[] {
  const all: Buffer[] = [];
  for (let at = bytes.indexOf(gzipMagic); at !== -1; at = bytes.indexOf(gzipMagic, at + 1)) {
    try {
      const packed = bytes.subarray(at + gzipHeaderBytes);
      all.push(inflateRawSync(packed, { finishFlush: constants.Z_SYNC_FLUSH }));
    } catch {
      // Four bytes that happen to look like it.
    }
  }
  return all;
}
