import type { EmbeddedLog } from '@ccd/eventlog';
import { createMemoryLog } from '@ccd/eventlog/testing';
import { usageTopic } from '../world.ts';

export interface StandInLog {
  readonly log: EmbeddedLog;
  /** Events that were acknowledged. */
  readonly events: () => number;
}

/** A log that acknowledges events at once and forgets them; keys and everything else it keeps, in memory. */
export async function createStandInLog(): Promise<StandInLog> {
  const log = createMemoryLog();
  await log.admin.createTopic({ name: 'keys-bench', partitions: 1, config: { cleanup: 'compact' } });
  await log.admin.createTopic({ name: usageTopic, partitions: 1, config: { cleanup: 'delete' } });
  let events = 0;
  return {
    events: () => events,
    log: {
      ...log,
      async createProducer() {
        const producer = await log.createProducer();
        return {
          ...producer,
          async append(records) {
            if (records[0]?.topic !== 'stream-bench') return producer.append(records);
            events += records.length;
            return records.map(({ topic }, index) => ({ topic, partition: 0, offset: events + index }));
          },
        };
      },
    },
  };
}
