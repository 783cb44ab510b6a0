/** A field that cannot be used. The message names the field and the rule, never the value. */
export class InvalidFieldError extends Error {
  override readonly name = 'InvalidFieldError';
  readonly field: string;

  constructor(field: string, problem: string) {
    super(`${field} ${problem}`);
    this.field = field;
  }
}

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const refPattern = /^[A-Za-z0-9_-]{1,100}\/[^/\p{C}\p{Zl}\p{Zp}]{1,100}\/\d{1,9}\.\d{1,9}\.\d{1,9}$/u;
/** What the protocol allows in names, without the line breaks and tabs that its \s lets in. */
const namePattern = /^[\p{L}\p{N}\p{S}\p{M}\p{P}\p{Zs}]+$/u;
const invisible = /[\p{C}\p{Zl}\p{Zp}]/u;

export function isUuid(text: string): boolean {
  return uuidPattern.test(text);
}

export function isContractRef(text: string): boolean {
  return refPattern.test(text);
}

/** The message, which protobuf lets be absent. */
export function requireMessage<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw new InvalidFieldError(field, 'is missing');
  return value;
}

/** Lower case, so that it can stand in the names of topics and objects as it is. */
export function requireUuid(value: string, field: string): string {
  if (!isUuid(value)) throw new InvalidFieldError(field, 'is not a lower-case UUID');
  return value;
}

/** '' stays ''. */
export function optionalUuid(value: string, field: string): string {
  return value === '' ? value : requireUuid(value, field);
}

/** A name of 1 to 100 visible characters and blanks. */
export function requireName(value: string, field: string): string {
  requireLength(value, field, 1, 100);
  if (!namePattern.test(value)) throw new InvalidFieldError(field, 'holds characters that no name may have');
  return value;
}

/** Text on one line. */
export function requireText(value: string, field: string, longest: number): string {
  requireLength(value, field, 1, longest);
  if (invisible.test(value)) throw new InvalidFieldError(field, 'holds control characters');
  return value;
}

/** Any text, line breaks included. */
export function requireDocument(value: string, field: string, longest: number): string {
  requireLength(value, field, 1, longest);
  if (value.includes('\0')) throw new InvalidFieldError(field, 'holds a zero character');
  return value;
}

export function requireContractRef(value: string, field: string): string {
  if (!isContractRef(value)) throw new InvalidFieldError(field, 'is not of the form handle/name/version');
  return value;
}

/** A whole number within the bounds, both included. */
export function requireWithin(value: number, field: string, lowest: number, highest: number): number {
  if (!Number.isSafeInteger(value) || value < lowest || value > highest) {
    throw new InvalidFieldError(field, `is not between ${lowest} and ${highest}`);
  }
  return value;
}

export function requireCount<T>(
  values: readonly T[],
  field: string,
  fewest: number,
  most: number,
): readonly T[] {
  if (values.length < fewest || values.length > most) {
    throw new InvalidFieldError(field, `has ${values.length} entries, not between ${fewest} and ${most}`);
  }
  return values;
}

/**
 * The domain's word for a value of a protobuf enum. `words` has an entry for each value that the protocol knows, by
 * its type; what a newer peer sends beyond those is refused.
 */
export function requireWord<Value extends number, Word>(
  words: Readonly<Record<Value, Word>>,
  value: number,
  field: string,
): Word {
  const known: Readonly<Record<number, Word | undefined>> = words;
  const word = known[value];
  if (word === undefined) throw new InvalidFieldError(field, 'has a value that this version does not know');
  return word;
}

/** Values of a generated enum that mean something: neither "unspecified" nor the generator's own mark. */
export type Specified<Value extends number> = Exclude<Value, 0 | -1>;

function requireLength(value: string, field: string, shortest: number, longest: number): void {
  // Code units bound code points from above; a string that is too long is not worth counting.
  if (value.length < shortest) throw new InvalidFieldError(field, 'is empty');
  if (value.length > 2 * longest || Array.from(value).length > longest) {
    throw new InvalidFieldError(field, `is longer than ${longest} characters`);
  }
}
