import type { EventLog } from '@ccd/eventlog';
import type { Clock } from '@ccd/reconcile';
import type { Component, Logger } from '@ccd/service';
import { errorFields } from '@ccd/service';

export interface LogWatchOptions {
  readonly log: Pick<EventLog, 'ping' | 'close'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** @default 5 000 ms */
  readonly intervalMs?: number;
}

/** The connection to the event log as a part of a service: asked at the start and at intervals, closed at the end. */
export function createLogWatch({ log, clock, logger, intervalMs = 5_000 }: LogWatchOptions): Component {
  const stopping = new AbortController();
  let reachable = false;
  let loop: Promise<void> = Promise.resolve();

  async function ask(): Promise<void> {
    try {
      await log.ping();
      if (!reachable) logger.info('the event log answers');
      reachable = true;
    } catch (error) {
      if (reachable) logger.warn({ error: errorFields(error) }, 'the event log does not answer');
      reachable = false;
    }
  }

  return {
    name: 'event-log',
    ready: () => reachable || 'the event log does not answer',
    async start() {
      await log.ping();
      reachable = true;
      loop = (async () => {
        for (;;) {
          await clock.sleep(intervalMs, stopping.signal);
          await ask();
        }
      })().catch(() => {
        // Only the stop ends the loop.
      });
    },
    async stop() {
      stopping.abort();
      await loop;
      await log.close();
    },
  };
}
