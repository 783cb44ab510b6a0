import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { ConfigError } from './config-error.ts';
import type { ConfigProblem } from './config-error.ts';
import { errorCode } from './error-fields.ts';
import { acceptedBy, isSecret } from './setting.ts';
import type { SettingsSchema } from './setting.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings that `schema` names (UPPER_SNAKE keys) from an environment. An empty variable counts as unset.
 * A secret may stand in a file that `<NAME>_FILE` names instead.
 * @throws ConfigError with every problem at once; never with the value of a secret
 */
export function loadConfig<Schema extends SettingsSchema>(
  schema: Schema,
  env: Environment,
): z.output<Schema> {
  const problems: ConfigProblem[] = [];
  const given: Record<string, string> = {};
  for (const [variable, definition] of Object.entries(schema.shape)) {
    const found = isSecret(definition) ? readSecret(variable, env) : env[variable];
    if (typeof found === 'object') problems.push(found);
    else if (found !== undefined && found !== '') given[variable] = found;
  }

  const parsed = schema.safeParse(given);
  if (parsed.success && problems.length === 0) return parsed.data;

  const broken = new Set(problems.map(({ variable }) => variable));
  for (const issue of parsed.error?.issues ?? []) {
    const variable = String(issue.path[0] ?? '');
    if (!broken.has(variable)) problems.push(toProblem(variable, issue.message, schema, given));
  }
  throw new ConfigError(problems);
}

function readSecret(variable: string, env: Environment): string | ConfigProblem | undefined {
  const path = env[`${variable}_FILE`];
  if (!path) return env[variable];
  if (env[variable]) {
    return { variable, problem: `is given twice, here and as ${variable}_FILE`, accepted: 'one of the two' };
  }
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = errorCode(error) ?? 'unknown error';
    return { variable, problem: `${variable}_FILE names a file that cannot be read (${code})` };
  }
}

function toProblem(
  variable: string,
  message: string,
  schema: SettingsSchema,
  given: Readonly<Record<string, string>>,
): ConfigProblem {
  const definition = schema.shape[variable];
  const accepted = definition && acceptedBy(definition);
  const value = given[variable];
  const problem = !definition
    ? message
    : value === undefined
      ? 'is not set and has no default'
      : isSecret(definition)
        ? 'has a value that is not accepted'
        : accepted === undefined
          ? `is ${quote(value)}: ${message}`
          : `is ${quote(value)}`;
  return { variable, problem, ...(accepted === undefined ? {} : { accepted }) };
}

/** Credentials hide in URLs too. */
function quote(value: string): string {
  const shown = value.replace(/\/\/[^/@\s]*@/g, '//…@');
  return JSON.stringify(shown.length > 80 ? `${shown.slice(0, 80)}…` : shown);
}
