import { bool } from '@ccd/service';
import { z } from 'zod';

/** Settings of agents that run workers. */
export const workerLogSettings = {
  REPORT_WORKER_LOGS: bool()
    .default(false)
    .describe(
      'Whether the control plane is told the last log lines of workers that fail: time, level, message, reason and the names of errors, nothing else of them',
    ),
} as const;

/** Lines that are read of a log, of which few are ours to pass on. */
export const linesToRead = 100;
const mostLines = 40;
const longestLine = 500;
const deepest = 4;

const code = z.string().regex(/^[\w.-]{1,64}$/);
const optional = code.optional().catch(undefined);
interface ErrorNames {
  readonly name?: string | undefined;
  readonly code?: string | undefined;
  readonly cause?: ErrorNames | undefined;
}
const errorSchema: z.ZodType<ErrorNames> = z.object({
  name: optional,
  code: optional,
  cause: z
    .lazy(() => errorSchema)
    .optional()
    .catch(undefined),
});

/** What createLogger of `@ccd/service` writes of every line, and the fields that never hold more than a name. */
const lineSchema = z.object({
  time: z.iso.datetime(),
  level: code,
  name: code,
  message: z.string(),
  reason: optional,
  error: errorSchema.optional().catch(undefined),
});

/**
 * What may leave the data plane of a worker's log. Whatever is no line of our logger is left out (libraries write what they like), and
 * of a line every field that could hold more than our own words.
 */
export function toReportedLines(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => toReportedLine(line) ?? []).slice(-mostLines);
}

function toReportedLine(line: string): string | undefined {
  const found = lineSchema.safeParse(toJson(line)).data;
  if (found === undefined) return undefined;
  const { time, level, name, message, reason, error } = found;
  const facts = [...(reason === undefined ? [] : [`reason=${reason}`]), ...namesOf(error)];
  const text = [`${time} ${level.toUpperCase()} ${name}: ${message.replace(/\s+/g, ' ')}`, ...facts].join(
    '  ',
  );
  return text.length > longestLine ? `${text.slice(0, longestLine - 1)}…` : text;
}

/** Of an error and what caused it: what they say may quote anything. */
function namesOf(error: ErrorNames | undefined, depth = 0): readonly string[] {
  if (error === undefined || depth === deepest) return [];
  const { name, code: of, cause } = error;
  const own = [name, of].filter((each) => each !== undefined).join('/');
  return [...(own === '' ? [] : [`${depth === 0 ? 'error' : 'cause'}=${own}`]), ...namesOf(cause, depth + 1)];
}

function toJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
