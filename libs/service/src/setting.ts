import { resolve } from 'node:path';
import { z } from 'zod';

/** A flat schema whose keys are names of environment variables. */
export type SettingsSchema = z.ZodObject<z.ZodRawShape>;

interface SettingFacts {
  /** What a person may write, as the end of the sentence "give …". */
  readonly accepts?: string;
  readonly secret?: boolean;
}

const facts = z.registry<SettingFacts>();

/** The schema and what it wraps, from the outside in: default → optional → pipe → string. */
export function layersOf(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  const { def } = schema._zod;
  const inner = 'innerType' in def ? def.innerType : 'in' in def ? def.in : undefined;
  return inner instanceof z.core.$ZodType ? [schema, ...layersOf(inner)] : [schema];
}

/** Whether the setting was marked by `secret`: its value is never printed. */
export const isSecret = (schema: z.core.$ZodType): boolean =>
  layersOf(schema).some((layer) => facts.get(layer)?.secret === true);

/** What the setting accepts, in words, where that is known. */
export function acceptedBy(schema: z.core.$ZodType): string | undefined {
  for (const layer of layersOf(schema)) {
    const accepts = facts.get(layer)?.accepts;
    if (accepts !== undefined) return accepts;
    if (layer instanceof z.ZodEnum) return `one of ${layer.options.join(', ')}`;
  }
  return undefined;
}

/** Marks a schema as secret: its value stays out of messages, and `<NAME>_FILE` may name a file that holds it. */
export function secret<Schema extends z.ZodType>(schema: Schema): Schema {
  const marked = schema.clone(schema._zod.def, { parent: true });
  facts.add(marked, { ...facts.get(schema), secret: true });
  return marked;
}

/**
 * A setting of one's own: `parse` gets the trimmed text and answers undefined where it is not `accepts`, which reads
 * as the end of the sentence "give …".
 */
export function setting<T>(accepts: string, parse: (text: string) => T | undefined): z.ZodType<T, string> {
  const schema = z.string().transform((text, context): T => {
    const value = parse(text.trim());
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: 'is not accepted' });
    return z.NEVER;
  });
  facts.add(schema, { accepts });
  return schema;
}

export interface Range {
  readonly min?: number;
  readonly max?: number;
}

/** A whole number within `min` … `max`, both included. */
export function wholeNumber({ min = 0, max = Number.MAX_SAFE_INTEGER }: Range = {}): z.ZodType<
  number,
  string
> {
  const accepts = max === Number.MAX_SAFE_INTEGER ? `of ${min} or more` : `from ${min} to ${max}`;
  return numberBetween(`a whole number ${accepts}`, min, max);
}

/** A TCP port; 0 lets the system choose one. */
export const port = (): z.ZodType<number, string> =>
  numberBetween('a port number from 0 to 65535', 0, 65_535);

/** A duration in milliseconds. Names of such settings end in `_MS`. */
export function durationMs({ min = 0, max = 2_147_483_647 }: Range = {}): z.ZodType<number, string> {
  return numberBetween(`a whole number of milliseconds from ${min} to ${max}`, min, max);
}

function numberBetween(accepts: string, min: number, max: number): z.ZodType<number, string> {
  return setting(accepts, (text) => {
    const value = Number(text);
    return /^-?\d+$/.test(text) && value >= min && value <= max ? value : undefined;
  });
}

/** Exactly `true` or `false`. */
export const bool = (): z.ZodType<boolean, string> =>
  setting('true or false', (text) => (text === 'true' ? true : text === 'false' ? false : undefined));

/** Text that is not empty. */
export const text = (): z.ZodType<string, string> => setting('a text', (value) => value || undefined);

/** A secret text, kept as it is given but for the line end that editors and mounted files add. */
export function secretText(): z.ZodType<string, string> {
  const schema = z
    .string()
    .transform((value) => value.replace(/\r?\n$/, ''))
    .pipe(z.string().min(1));
  facts.add(schema, { accepts: 'a text', secret: true });
  return schema;
}

/** An absolute URL of one of the protocols, without credentials; the slash at its end is dropped. */
export function url(protocols: readonly string[] = ['https', 'http']): z.ZodType<string, string> {
  return setting(`a URL that starts with ${protocols.map((name) => `${name}://`).join(' or ')}`, (value) => {
    const parsed = URL.canParse(value) ? new URL(value) : undefined;
    if (!parsed || !protocols.includes(parsed.protocol.slice(0, -1))) return undefined;
    return parsed.username || parsed.password ? undefined : value.replace(/\/+$/, '');
  });
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** `host:port`; an IPv6 address stands in brackets, which the result drops. */
export const hostPort = (): z.ZodType<HostPort, string> =>
  setting('host:port', (value) => {
    const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/@[\]]+)):(\d{1,5})$/.exec(value);
    const host = match?.[1] ?? match?.[2];
    const number = Number(match?.[3]);
    return host === undefined || number > 65_535 ? undefined : { host, port: number };
  });

/** The path of a folder, made absolute. Whether it exists is for its user to see. */
export const folder = (): z.ZodType<string, string> =>
  setting('the path of a folder', (value) => (value && !value.includes('\0') ? resolve(value) : undefined));

/** Texts between commas; empty ones are dropped. */
export const list = (): z.ZodType<readonly string[], string> =>
  setting('texts between commas', (value) =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );
