import type { Clock } from '@ccd/reconcile';
import type { Component, Logger } from '@ccd/service';
import { errorFields, failureOf, notifyFailing, notifyReady } from '@ccd/service';

/** Tells whoever supervises the worker how it is, once a change. */
export interface WorkerStatus {
  running(): void;
  /** @param reason stable PascalCase code; nothing personal in either */
  failing(reason: string, message: string): void;
}

export function createWorkerStatus(logger: Logger): WorkerStatus & { ready(): true | string } {
  let failure: string | undefined = 'the worker has not started yet';
  let told = '';
  const tell = (text: string, send: () => Promise<void>): void => {
    if (told === text) return;
    told = text;
    void send();
  };
  return {
    running() {
      if (failure !== undefined) logger.info('the work goes on');
      failure = undefined;
      tell('running', notifyReady);
    },
    failing(reason, message) {
      const text = `${reason}: ${message}`;
      if (failure !== text) logger.warn({ reason }, message);
      failure = text;
      tell(text, () => notifyFailing(reason, message));
    },
    ready: () => failure ?? true,
  };
}

const firstWaitMs = 500;
const longestWaitMs = 30_000;

export interface WorkOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly status: WorkerStatus;
  /** Works until the signal aborts, or rejects; it is then started again from what it has committed. */
  readonly work: (signal: AbortSignal) => Promise<void>;
  /** @default Math.random */
  readonly random?: () => number;
}

/** Work that goes on for ever as a part of a service: restarted after failures, with growing waits between them. */
export function createWork(options: WorkOptions): Component {
  const { name, clock, logger, status, work, random = Math.random } = options;
  const stopping = new AbortController();
  let loop: Promise<void> = Promise.resolve();

  const isStopping = (): boolean => stopping.signal.aborted;

  async function keepWorking(): Promise<void> {
    let waitMs = firstWaitMs;
    while (!isStopping()) {
      const started = clock.monotonic();
      try {
        await work(stopping.signal);
      } catch (error) {
        if (isStopping()) return;
        logger.error({ error: errorFields(error) }, `${name} failed; starting it again`);
        const { reason, message } = failureOf(error);
        status.failing(reason, message);
      }
      if (clock.monotonic() - started > longestWaitMs) waitMs = firstWaitMs;
      await clock.sleep(waitMs * (0.5 + random() / 2), stopping.signal).catch(() => {});
      waitMs = Math.min(waitMs * 2, longestWaitMs);
    }
  }

  return {
    name,
    async start() {
      loop = keepWorking();
    },
    async stop() {
      stopping.abort(new Error('stopping'));
      await loop;
    },
  };
}
