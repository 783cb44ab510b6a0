import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject } from 'ajv/dist/2020.js';
import { DefinitionError, EventParseError } from '../errors.ts';
import { RegexError, maxRegexSteps } from '../linear-regex.ts';
import { PatternBudget } from '../pattern-budget.ts';
import type { PlainSchema } from './plain-schema.ts';

/**
 * Compiles a checker of events, once. Patterns run in linear time, and within a budget of steps for each event.
 * @returns a function that throws an EventParseError for what the schema does not allow
 * @throws DefinitionError when the schema is none
 */
export function compileValidator(schema: PlainSchema): (json: unknown) => void {
  const budget = { left: 0 };
  const patterns = new PatternBudget();
  const ajv = new Ajv2020({
    strict: false,
    logger: false,
    validateFormats: false,
    // Of a name such as 'constructor' every object would seem to have a property.
    ownProperties: true,
    code: {
      regExp: Object.assign((pattern: string) => boundedRegex(pattern, patterns, budget), { code: '' }),
    },
  });
  const validate = compiling(() => ajv.compile(schema));
  return (json) => {
    budget.left = maxRegexSteps;
    if (!validate(json)) throw toParseError(validate.errors?.[0]);
  };
}

function boundedRegex(pattern: string, patterns: PatternBudget, budget: { left: number }) {
  const { test, size } = patterns.compile(pattern);
  return {
    // The validator holds its patterns by this text.
    toString: () => pattern,
    test(text: string): boolean {
      budget.left -= size * text.length;
      if (budget.left < 0) throw new EventParseError('', 'has longer texts than its patterns are run on');
      return test(text);
    },
  };
}

function compiling<T>(compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (error instanceof DefinitionError) throw error;
    if (error instanceof RegexError) throw new DefinitionError([error.message], { cause: error });
    const message = error instanceof Error ? error.message : 'unknown error';
    throw new DefinitionError([`the schema is not a valid JSON Schema: ${message.slice(0, 500)}`], {
      cause: error,
    });
  }
}

/** The validator's own words name keywords and properties of the schema, and hold no value of the event. */
function toParseError(error: ErrorObject | undefined): EventParseError {
  const path = (error?.instancePath ?? '').slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
  return new EventParseError(path.slice(0, maxPathQuoted), error?.message ?? 'is not valid');
}

const maxPathQuoted = 200;
