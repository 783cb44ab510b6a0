import { UsageError } from '../cli-error.ts';

/**
 * One flag of a command and how its texts become a value. The texts come from the command line, from `STRM_<FLAG>` or
 * from config.yaml; a flag that may be repeated can have several.
 */
export interface Flag<T> {
  /** As help prints it: `-P, --purposes <levels>`. */
  readonly spec: string;
  readonly about: string;
  /** The name without dashes: `purposes`. */
  readonly name: string;
  /** Takes no value on the command line; `--name=false` turns it off. */
  readonly isSwitch: boolean;
  readonly choices?: readonly string[];
  readonly repeatable: boolean;
  /** Shown by help as the default. */
  readonly fallback?: string;
  readonly hidden: boolean;
  /** Means something else on this command than elsewhere: only what is typed on the command itself counts. */
  readonly local: boolean;
  /** @throws UsageError */
  read(texts: readonly string[]): T;
}

interface Extras {
  readonly hidden?: boolean;
  readonly local?: boolean;
}

function nameOf(spec: string): string {
  const name = /--([a-z0-9-]+)/.exec(spec)?.[1];
  if (name === undefined) throw new Error(`not a flag: ${spec}`);
  return name;
}

function flag<T>(
  spec: string,
  about: string,
  read: (texts: readonly string[], name: string) => T,
  extras: Extras & Partial<Pick<Flag<T>, 'isSwitch' | 'repeatable' | 'fallback' | 'choices'>> = {},
): Flag<T> {
  const name = nameOf(spec);
  const defaults = { isSwitch: false, repeatable: false, hidden: false, local: false };
  return { ...defaults, ...extras, spec, about, name, read: (texts) => read(texts, name) };
}

/** A text that may be absent. */
export const optionalText = (spec: string, about: string, extras?: Extras): Flag<string | undefined> =>
  flag(spec, about, (texts) => texts.at(-1), extras);

/** A text with a default. */
export const text = (spec: string, about: string, fallback: string, extras?: Extras): Flag<string> =>
  flag(spec, about, (texts) => texts.at(-1) ?? fallback, { ...extras, fallback });

/** A text without which the command cannot run. */
export const requiredText = (spec: string, about: string): Flag<string> =>
  flag(spec, `${about} (required)`, (texts, name) => {
    const given = texts.at(-1);
    if (given === undefined || given === '') throw new UsageError(`--${name} is required`);
    return given;
  });

/** One of a few words. */
export const choice = (
  spec: string,
  about: string,
  choices: readonly string[],
  fallback: string,
): Flag<string> =>
  flag(
    spec,
    about,
    (texts, name) => {
      const given = texts.at(-1) ?? fallback;
      if (choices.includes(given)) return given;
      throw new UsageError(`--${name} is ${JSON.stringify(given)}; give one of ${choices.join(', ')}`);
    },
    { choices, fallback },
  );

/** Texts in the order given; the flag may be repeated. */
export const texts = (spec: string, about: string): Flag<readonly string[]> =>
  flag(spec, about, (given) => given, { repeatable: true });

const booleans = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** On or off. */
export const toggle = (spec: string, about: string, fallback = false, extras?: Extras): Flag<boolean> =>
  flag(
    spec,
    about,
    (given, name) => {
      const last = given.at(-1);
      if (last === undefined) return fallback;
      const value = booleans.get(last.toLowerCase());
      if (value === undefined) {
        throw new UsageError(`--${name} is ${JSON.stringify(last)}; give true or false`);
      }
      return value;
    },
    { ...extras, isSwitch: true, ...(fallback ? { fallback: 'true' } : {}) },
  );

function toInteger(given: string, name: string, least: number): number {
  const value = Number(given);
  if (/^-?\d+$/.test(given.trim()) && Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`--${name} is ${JSON.stringify(given)}; give a whole number, at least ${least}`);
}

/** A whole number with a default. */
export const integer = (spec: string, about: string, fallback: number, least = 0): Flag<number> =>
  flag(
    spec,
    about,
    (given, name) => {
      const last = given.at(-1);
      return last === undefined ? fallback : toInteger(last, name, least);
    },
    { fallback: String(fallback) },
  );

/** A whole number that may be absent. */
export const optionalInteger = (spec: string, about: string, least = 0): Flag<number | undefined> =>
  flag(spec, about, (given, name) => {
    const last = given.at(-1);
    return last === undefined ? undefined : toInteger(last, name, least);
  });

/** Whole numbers, separated by commas or in several flags: `-P 0,1` or `-P 0 -P 1`. */
export const integers = (spec: string, about: string): Flag<readonly number[]> =>
  flag(
    spec,
    about,
    (given, name) =>
      given
        .flatMap((part) => part.split(','))
        .filter((part) => part.trim() !== '')
        .map((part) => toInteger(part, name, 0)),
    { repeatable: true },
  );
