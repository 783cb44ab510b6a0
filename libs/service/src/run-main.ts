import { ConfigError } from './config-error.ts';
import { errorFields } from './error-fields.ts';
import type { z } from 'zod';
import { failureOf } from './failure.ts';
import { exitWithParent } from './exit-with-parent.ts';
import { loadConfig } from './load-config.ts';
import type { Environment } from './load-config.ts';
import { createLogger } from './logger.ts';
import { listSettings } from './describe-config.ts';
import type { SettingsSchema } from './setting.ts';
import type { RunningService } from './start-service.ts';
import { notifyFailing, notifyReady } from './workload-status.ts';

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Runs a service as this process. SIGTERM and SIGINT stop it in order (exit 0), a second one ends it at once. A
 * ConfigError is printed as text, any other error logged as fatal; both exit 1. Errors that nobody caught leave the
 * state unknown: fatal, exit 1. With an IPC channel the process tells its parent how it is, and ends when that goes.
 * @param settings read from the environment for `start`, and listed for `--help`; other arguments are refused (exit 2)
 * @param start gets the environment as well, for programs that start several services, each with settings of its own
 */
export async function runMain<Schema extends SettingsSchema>(
  name: string,
  settings: Schema,
  start: (config: z.output<Schema>, signal: AbortSignal, environment: Environment) => Promise<RunningService>,
): Promise<never> {
  answerArguments(name, settings, process.argv.slice(2));
  const stopping = new AbortController();
  let service: RunningService | undefined;
  const fatal = (message: string, error: unknown): void => {
    (service?.logger ?? createLogger({ name })).fatal({ error: errorFields(error) }, message);
  };
  const crash = (error: unknown): void => {
    fatal('an error that nobody caught', error);
    process.exit(1);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping.signal.aborted) process.exit(exitCodes[signal]);
      stopping.abort(new Error(signal));
      void service?.stop(signal);
    });
  }
  if (process.channel) exitWithParent();

  try {
    service = await start(loadConfig(settings, process.env), stopping.signal, process.env);
    // A signal may have come after the last look at it while starting.
    if (stopping.signal.aborted) await service.stop('signal');
    else await notifyReady();
    await service.done;
  } catch (error) {
    if (!service && stopping.signal.aborted) process.exit(0);
    if (error instanceof ConfigError) {
      process.stderr.write(`${name}: ${error.message}\n`);
      await notifyFailing('InvalidConfig', error.message);
    } else {
      fatal(service ? `${name} failed` : `${name} could not start`, error);
      if (!service) {
        const { reason, message } = failureOf(error, 'StartFailed');
        await notifyFailing(reason, message);
      }
    }
    process.exit(1);
  }
  process.exit(0);
}

function answerArguments(name: string, settings: SettingsSchema, argv: readonly string[]): void {
  if (argv.length === 0) return;
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(`${name} takes no arguments. Its settings are variables of the environment:\n\n`);
    process.stdout.write(listSettings(settings));
    process.exit(0);
  }
  process.stderr.write(
    `${name} takes no arguments, its settings are variables of the environment; --help lists them\n`,
  );
  process.exit(2);
}
