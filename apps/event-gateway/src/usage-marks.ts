import type { DesiredStream } from '@ccd/controlplane';
import type { UsageMark } from '@ccd/dataplane';
import { encodeUsageMark } from '@ccd/dataplane';
import type { EventLog, Producer } from '@ccd/eventlog';
import { TopicNotFoundError } from '@ccd/eventlog';
import type { Clock } from '@ccd/reconcile';
import type { Component, Logger } from '@ccd/service';
import { errorFields } from '@ccd/service';

export interface UsageMarksOptions {
  readonly log: { readonly admin: Pick<EventLog['admin'], 'bounds'> };
  readonly producer: Pick<Producer, 'append'>;
  readonly installationId: string;
  /** Where the marks go. */
  readonly topic: string;
  /** Streams that an earlier process served: its last events may not have been marked. */
  readonly served: () => Promise<readonly DesiredStream[]>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly intervalMs: number;
}

export interface UsageMarks extends Component {
  /** An event of this stream is on the log. */
  accepted(stream: DesiredStream): void;
}

/**
 * Writes down how many events streams have, of those that had any since the last time. The count is the length of the
 * topic, and no counter of this process: it knows what other gateways wrote, and what an earlier process did.
 */
export function createUsageMarks(options: UsageMarksOptions): UsageMarks {
  const { log, producer, installationId, topic, clock, logger, intervalMs } = options;
  const stopping = new AbortController();
  let waiting = new Map<string, DesiredStream>();
  let since = clock.now();
  let isFailing = false;
  let loop: Promise<void> = Promise.resolve();

  async function markOf(stream: DesiredStream, at: number): Promise<UsageMark | undefined> {
    try {
      const bounds = await log.admin.bounds(stream.topic);
      const { uuid, name, projectId } = stream;
      return {
        installationId,
        stream: { uuid, name, projectId },
        events: bounds.reduce((sum, { latest }) => sum + latest, 0),
        since,
        at,
      };
    } catch (error) {
      // The stream is gone.
      if (error instanceof TopicNotFoundError) return undefined;
      throw error;
    }
  }

  async function write(): Promise<void> {
    const streams = waiting;
    if (streams.size === 0) {
      since = clock.now();
      return;
    }
    waiting = new Map();
    try {
      const at = clock.now();
      const marks: UsageMark[] = [];
      for (const stream of streams.values()) {
        const mark = await markOf(stream, at);
        if (mark !== undefined) marks.push(mark);
      }
      await producer.append(marks.map((mark) => ({ topic, ...encodeUsageMark(mark) })));
      since = at;
      if (isFailing) logger.info('events are counted again');
      isFailing = false;
    } catch (error) {
      // They are marked the next time, with whatever has come until then.
      waiting = new Map([...streams, ...waiting]);
      if (!isFailing) logger.warn({ error: errorFields(error) }, 'events could not be counted; trying again');
      isFailing = true;
    }
  }

  return {
    name: 'usage-marks',
    accepted(stream) {
      waiting.set(stream.uuid, stream);
    },
    async start() {
      const served = await options.served();
      waiting = new Map(served.map((stream) => [stream.uuid, stream]));
      loop = (async () => {
        while (!stopping.signal.aborted) {
          await clock.sleep(intervalMs, stopping.signal);
          await write();
        }
      })().catch(() => {
        // Only the stop ends the loop.
      });
    },
    async stop() {
      stopping.abort();
      await loop;
      // What came since the last time.
      await write();
    },
  };
}
