import { streamOfKeyTopic } from '@ccd/dataplane';
import type { EventLog } from '@ccd/eventlog';
import type { KeyJournal, KeyStore } from '@ccd/keystore';
import { keysDueForTombstone } from '@ccd/keystore';
import type { Clock } from '@ccd/reconcile';
import type { Component, Logger } from '@ccd/service';
import { errorFields } from '@ccd/service';

export interface KeyJanitorOptions {
  readonly log: Pick<EventLog, 'admin'>;
  readonly keys: Pick<KeyStore, 'erase'>;
  readonly journal: Pick<KeyJournal, 'replay'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly intervalMs?: number;
}

const dayMs = 86_400_000;
/** Streams keep events for seven days; readers may lag behind by as long again. */
const lifetime = { retentionMs: 7 * dayMs, lagMs: 7 * dayMs };

/**
 * Tombstones session keys that no stored event needs any more, of every stream that has any: one that nobody sends to
 * keeps its keys no longer than others. Several janitors do no harm: erasing is repeatable.
 */
export function createKeyJanitor(options: KeyJanitorOptions): Component {
  const { log, clock, logger, intervalMs = 3_600_000 } = options;
  const stopping = new AbortController();
  let loop: Promise<void> = Promise.resolve();

  async function sweepStream(streamId: string): Promise<void> {
    const entries = await Array.fromAsync(options.journal.replay(streamId, stopping.signal));
    const erased = new Set(entries.filter(({ wrapped }) => wrapped === null).map(({ keyLink }) => keyLink));
    const due = keysDueForTombstone(entries, { ...lifetime, now: clock.now() });
    await options.keys.erase(
      streamId,
      due.filter((keyLink) => !erased.has(keyLink)),
    );
  }

  async function orWarn(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (stopping.signal.aborted) return;
      logger.warn({ error: errorFields(error) }, 'old keys could not be tombstoned; trying again later');
    }
  }

  async function sweep(): Promise<void> {
    for (const { name } of await log.admin.listTopics()) {
      const streamId = streamOfKeyTopic(name);
      // What ails one stream must not keep the keys of the others.
      if (streamId !== undefined) await orWarn(() => sweepStream(streamId));
    }
  }

  return {
    name: 'key-janitor',
    async start() {
      loop = (async () => {
        while (!stopping.signal.aborted) {
          await clock.sleep(intervalMs, stopping.signal);
          await orWarn(sweep);
        }
      })().catch(() => {
        // Only the stop ends the loop.
      });
    },
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}
