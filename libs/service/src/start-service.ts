import { errorFields } from './error-fields.ts';
import { createHealth } from './health.ts';
import type { Check, Health, HealthReport } from './health.ts';
import type { Logger } from './logger.ts';

/** One part of a service. What it needs it got when it was created; parts that others need come first. */
export interface Component {
  readonly name: string;
  /** Resolves when the part works. The signal aborts when the service is asked to stop meanwhile. */
  readonly start?: (signal: AbortSignal) => Promise<void>;
  /** Finishes what is under way; gives up when `deadline` aborts. Called also after a start that failed. */
  readonly stop?: (deadline: AbortSignal) => Promise<void>;
  readonly ready?: Check;
  readonly live?: Check;
}

export interface ServiceOptions {
  readonly name: string;
  readonly logger: Logger;
  readonly components: readonly Component[];
  /** For all components together. */
  readonly stopTimeoutMs?: number;
  /** Pass the one that the admin server shows. */
  readonly health?: Health;
  /** Aborts the start: what was started is stopped again. */
  readonly signal?: AbortSignal;
}

export interface RunningService {
  readonly logger: Logger;
  /** Stops in order. With an `error`, `done` rejects with it. Calling it again changes nothing. */
  stop(reason: string, error?: unknown): Promise<void>;
  ready(): HealthReport;
  /** Settles when the service has stopped; rejects when it failed or did not stop as it should. */
  readonly done: Promise<void>;
}

/** The parts that did not stop in time or failed while stopping. */
export class StopError extends AggregateError {
  override readonly name = 'StopError';
  readonly components: readonly string[];

  constructor(service: string, failures: ReadonlyMap<string, unknown>) {
    super([...failures.values()], `${service} did not stop cleanly: ${[...failures.keys()].join(', ')}`);
    this.components = [...failures.keys()];
  }
}

/**
 * Starts the components one after the other and answers with the running service. Readiness is false until all have
 * started, and again as soon as a stop begins. When one fails to start, those before it (and itself) are stopped in
 * reverse order and the error is thrown.
 */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const { name, logger, components, stopTimeoutMs = 25_000, health = createHealth() } = options;
  const starting = options.signal ?? new AbortController().signal;
  let phase: 'starting' | 'running' | 'stopping' = 'starting';
  health.addReady(name, () => phase === 'running' || `the service is ${phase}`);

  const begun: Component[] = [];
  try {
    for (const component of components) {
      starting.throwIfAborted();
      if (component.ready) health.addReady(component.name, component.ready);
      if (component.live) health.addLive(component.name, component.live);
      begun.unshift(component);
      await component.start?.(starting);
    }
    starting.throwIfAborted();
  } catch (error) {
    phase = 'stopping';
    const failures = await stopAll(begun, stopTimeoutMs, logger);
    if (failures.size > 0)
      logger.error({ components: [...failures.keys()] }, 'parts did not stop after a failed start');
    throw error;
  }
  phase = 'running';
  logger.info(`${name} is running`);

  const { promise: done, resolve, reject } = Promise.withResolvers<undefined>();
  // Whoever does not wait for the end has still seen the failures in the log.
  done.catch(() => {});
  let stopped: Promise<void> | undefined;

  const stop = async (reason: string, error: unknown): Promise<void> => {
    phase = 'stopping';
    logger.info({ reason }, `${name} is stopping`);
    const failures = await stopAll(begun, stopTimeoutMs, logger);
    logger.info(`${name} has stopped`);
    if (error !== undefined) reject(error);
    else if (failures.size > 0) reject(new StopError(name, failures));
    else resolve(undefined);
  };
  return {
    logger,
    stop: (reason, error) => (stopped ??= stop(reason, error)),
    ready: () => health.ready(),
    done,
  };
}

async function stopAll(
  components: readonly Component[],
  timeoutMs: number,
  logger: Logger,
): Promise<ReadonlyMap<string, unknown>> {
  const failures = new Map<string, unknown>();
  const deadline = new AbortController();
  const timer = setTimeout(() => {
    deadline.abort(new Error(`not stopped within ${timeoutMs} ms`));
  }, timeoutMs);
  for (const component of components) {
    try {
      await beforeDeadline(component.stop?.(deadline.signal), deadline.signal);
    } catch (error) {
      failures.set(component.name, error);
      logger.error({ component: component.name, error: errorFields(error) }, 'a part failed to stop');
    }
  }
  clearTimeout(timer);
  return failures;
}

/** After the deadline a component still gets a turn of the event loop to let go by itself. */
async function beforeDeadline(stopping: Promise<void> | undefined, deadline: AbortSignal): Promise<void> {
  if (!stopping) return;
  const { promise: late, reject } = Promise.withResolvers<never>();
  const giveUp = (): void => {
    setImmediate(reject, deadline.reason);
  };
  if (deadline.aborted) giveUp();
  else deadline.addEventListener('abort', giveUp, { once: true });
  try {
    await Promise.race([stopping, late]);
  } finally {
    deadline.removeEventListener('abort', giveUp);
    // A loser of the race may reject later, when nobody listens any more.
    stopping.catch(() => {});
    late.catch(() => {});
  }
}
