import type { EventLog } from '@ccd/eventlog';
import { TopicExistsError } from '@ccd/eventlog';
import { newestMarks } from './newest-marks.ts';
import type { MarkReporter } from './report-mark.ts';

export interface FollowMarksOptions {
  readonly log: Pick<EventLog, 'admin' | 'createConsumer'>;
  readonly topic: string;
  readonly installationId: string;
  readonly reporter: MarkReporter;
  /** Called when the topic is being read. */
  readonly onRunning: () => void;
}

/**
 * Reports what the topic says until the signal aborts. A batch is done when the control plane has counted all of it.
 * @throws what the log or the reporter throw
 */
export async function followMarks(options: FollowMarksOptions, signal: AbortSignal): Promise<void> {
  const { log, topic, installationId, reporter } = options;
  await ensureTopic(log.admin, topic);
  const consumer = await log.createConsumer({
    topics: [topic],
    group: `usage-${installationId}`,
    startAt: 'earliest',
  });
  try {
    await consumer.run(
      {
        async onAssigned() {
          reporter.forget();
          options.onRunning();
        },
        async onBatch({ partition, records, nextOffset }, lost) {
          for (const mark of newestMarks(records, installationId)) await reporter.report(mark, lost);
          await consumer.commit([{ topic, partition, offset: nextOffset }]);
        },
      },
      signal,
    );
  } finally {
    await consumer.close();
  }
}

async function ensureTopic(admin: EventLog['admin'], name: string): Promise<void> {
  if ((await admin.describeTopic(name)) !== undefined) return;
  try {
    await admin.createTopic({ name, partitions: 1, config: { cleanup: 'compact' } });
  } catch (error) {
    if (!(error instanceof TopicExistsError)) throw error;
  }
}
