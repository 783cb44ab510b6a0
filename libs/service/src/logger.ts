import { pino } from 'pino';
import type { Logger as PinoLogger } from 'pino';
import { z } from 'zod';
import { redact } from './redact.ts';
import { toText } from './text-log.ts';

export interface LogMethod {
  (message: string): void;
  (fields: object, message: string): void;
}

/** Structured logging, fields first. The order of arguments is pino's, so that libraries that expect pino fit. */
export interface Logger {
  readonly trace: LogMethod;
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  readonly fatal: LogMethod;
  child(fields: object): Logger;
}

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];
export type LogFormat = 'json' | 'text';

export interface LoggerOptions {
  /** The component, in every line. */
  readonly name: string;
  readonly level?: LogLevel;
  /** One JSON object a line for machines, or lines for a person. */
  readonly format?: LogFormat;
  /** Takes whole lines; standard output by default. */
  readonly destination?: { write(line: string): unknown };
}

/** The settings of logging, to spread into the schema of an app. */
export const loggingSettings = {
  LOG_LEVEL: z.enum(logLevels).default('info').describe('Least important level that is logged.'),
  LOG_FORMAT: z.enum(['json', 'text']).default('json').describe('`text` for people, `json` for machines.'),
};

/** Logs JSON lines (or text) with time, level, name and fields. Secrets are withheld by the names of their fields. */
export function createLogger({ name, level = 'info', format = 'json', destination }: LoggerOptions): Logger {
  // Synchronous: the last words of a process that ends are written.
  const out = destination ?? pino.destination({ fd: 1, sync: true });
  const root = pino(
    {
      name,
      level,
      base: {},
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: redact },
    },
    format === 'text' ? { write: (line) => out.write(toText(line)) } : { write: (line) => out.write(line) },
  );
  return toLogger(root);
}

/** Around pino, whose children would take their fields as they are. */
function toLogger(inner: PinoLogger): Logger {
  const method =
    (of: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'): LogMethod =>
    (first: object | string, message?: string) => {
      if (typeof first === 'string') inner[of](first);
      else inner[of](first, message);
    };
  return {
    trace: method('trace'),
    debug: method('debug'),
    info: method('info'),
    warn: method('warn'),
    error: method('error'),
    fatal: method('fatal'),
    child: (fields) => toLogger(inner.child(redact(fields))),
  };
}

const ignore: LogMethod = () => {};

/** A logger that says nothing. */
export function createSilentLogger(): Logger {
  const silent: Logger = {
    trace: ignore,
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: ignore,
    fatal: ignore,
    child: () => silent,
  };
  return silent;
}
