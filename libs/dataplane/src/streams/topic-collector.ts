import type { OwnedTopics } from '@ccd/eventlog';
import type { RunReport } from '@ccd/reconcile';
import type { Logger } from '@ccd/service';
import { errorFields } from '@ccd/service';

export interface TopicCollectorOptions {
  readonly topics: Pick<OwnedTopics, 'collect'>;
  /** Topics that some workload still works on; asked for where some are due, since it takes a look at all workloads. */
  readonly usedTopics: () => Promise<readonly string[]>;
  readonly logger: Logger;
}

export interface TopicCollector {
  /** Looks for topics whose time is over, unless the run leaves any doubt about what should exist. */
  readonly afterRun: (report: Pick<RunReport, 'outcome' | 'source'>) => void;
  stop(): Promise<void>;
}

/** Removes topics for good once their grace period is over. */
export function createTopicCollector({ topics, usedTopics, logger }: TopicCollectorOptions): TopicCollector {
  let underWay: Promise<void> | undefined;
  let stopped = false;

  async function collect(): Promise<void> {
    try {
      const removed = await topics.collect(usedTopics);
      if (removed.length > 0) logger.info({ topics: removed }, 'topics went, their grace period is over');
    } catch (error) {
      logger.warn({ error: errorFields(error) }, 'topics whose grace period is over could not be removed');
    }
  }

  return {
    afterRun({ outcome, source }) {
      if (stopped || underWay !== undefined || outcome !== 'succeeded' || source !== 'control-plane') return;
      underWay = collect().finally(() => {
        underWay = undefined;
      });
    },
    async stop() {
      stopped = true;
      await underWay;
    },
  };
}
