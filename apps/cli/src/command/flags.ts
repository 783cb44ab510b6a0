import type { Command } from 'commander';
import type { Flag } from './flag.ts';

/** Where a flag that was not typed may still come from. */
export interface FlagSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** config.yaml, every value as text. */
  readonly settings: Readonly<Record<string, string>>;
}

/** The values of a command's flags: typed ones first, then `STRM_<FLAG>`, then config.yaml, then the default. */
export interface Flags {
  /** @throws UsageError */
  get<T>(flag: Flag<T>): T;
  /** Whether anything but the default decides. */
  given(flag: Flag<unknown>): boolean;
}

/** The environment variable of a flag: `api-host` is `STRM_API_HOST`. */
export const variableOf = (name: string): string => `STRM_${name.toUpperCase().replaceAll('-', '_')}`;

/** What commander's option of a flag collects: the texts in the order typed. */
export type Typed = (flag: Flag<unknown>) => readonly string[] | undefined;

export function createFlags(typed: Typed, { env, settings }: FlagSources): Flags {
  const textsOf = (flag: Flag<unknown>): readonly string[] => {
    const fromCommandLine = typed(flag);
    if (fromCommandLine !== undefined) return fromCommandLine;
    if (flag.local) return [];
    const set = env[variableOf(flag.name)] || settings[flag.name];
    if (set === undefined) return [];
    // A format that a person prefers in general says nothing about commands that do not have it.
    const isForOthers = flag.name === 'output' && flag.choices?.includes(set) === false;
    return isForOthers ? [] : [set];
  };
  return {
    get: (flag) => flag.read(textsOf(flag)),
    given: (flag) => textsOf(flag).length > 0,
  };
}

/** Which flags each of commander's commands was given. */
export type Registered = WeakMap<Command, readonly Flag<unknown>[]>;

/** Reads what was typed for a flag: on the command itself, or before its name where that says the same. */
export function typedOn(command: Command, registered: Registered): Typed {
  return (flag) => {
    if (registered.get(command)?.includes(flag) === true) {
      const typed = collected(command, flag);
      if (typed !== undefined || flag.local) return typed;
    }
    for (let above = command.parent; above !== null; above = above.parent) {
      const typed = registered.get(above)?.some(({ name }) => name === flag.name)
        ? collected(above, flag)
        : undefined;
      if (typed !== undefined) return typed;
    }
    return undefined;
  };
}

function collected(command: Command, { name }: Flag<unknown>): readonly string[] | undefined {
  const key = name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const value: unknown =
    command.getOptionValueSource(key) === 'cli' ? command.getOptionValue(key) : undefined;
  if (typeof value === 'boolean') return [String(value)];
  return Array.isArray(value) ? value.map(String) : undefined;
}
