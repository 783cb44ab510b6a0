/** The value of a form field, read in the two ways in which clients write it. */
export interface FormValue {
  /** Percent-decoded, as the standard has it. */
  readonly decoded: string;
  /** As it came: several of the existing clients encode nothing. */
  readonly raw: string;
}

export type Form = ReadonlyMap<string, FormValue>;

/** A form that names a field twice, or is too large. */
export class InvalidFormError extends Error {
  override readonly name = 'InvalidFormError';
}

/** Parses `a=b&c=d`. @throws InvalidFormError */
export function parseForm(body: string): Form {
  const form = new Map<string, FormValue>();
  for (const pair of body.trim().split('&')) {
    if (pair === '') continue;
    const split = pair.indexOf('=');
    const name = decode(split === -1 ? pair : pair.slice(0, split));
    const raw = split === -1 ? '' : pair.slice(split + 1);
    if (form.has(name)) throw new InvalidFormError('a field stands twice in the form');
    form.set(name, { decoded: decode(raw), raw });
  }
  return form;
}

/** Percent-decodes; text that was never encoded and does not decode stays as it is. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
