import type { DesiredStream } from '@ccd/controlplane';
import type { UsageMark } from '@ccd/dataplane';
import { encodeUsageMark } from '@ccd/dataplane';
import type { EventLog, Producer } from '@ccd/eventlog';
import { TopicNotFoundError } from '@ccd/eventlog';
import { withDeadline } from '@ccd/reconcile';
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

/** What is to be marked, with the time since which there are events of it that are not. */
interface Waiting {
  readonly stream: DesiredStream;
  readonly since: number;
}

const looksAtOnce = 16;
/** For the last marks, when the gateway stops. */
const stopWithinMs = 5_000;

/**
 * Writes down how many events streams have, of those that had any since the last time. The count is the length of the
 * topic, and no counter of this process: it knows what other gateways wrote, and what an earlier process did.
 *
 * A stream is marked until two marks say the same: of two gateways the one that looked first may write last, and the
 * topic keeps the last one.
 */
export function createUsageMarks(options: UsageMarksOptions): UsageMarks {
  const { log, producer, installationId, topic, clock, logger, intervalMs } = options;
  const stopping = new AbortController();
  const marked = new Map<string, number>();
  let waiting = new Map<string, Waiting>();
  let writtenAt = clock.now();
  let isFailing = false;
  let loop: Promise<void> = Promise.resolve();

  function wait(each: Waiting): void {
    const before = waiting.get(each.stream.uuid);
    waiting.set(each.stream.uuid, before !== undefined && before.since < each.since ? before : each);
  }

  async function markOf({ stream, since }: Waiting, at: number): Promise<UsageMark | undefined> {
    try {
      const bounds = await log.admin.bounds(stream.topic);
      const { uuid, name, projectId } = stream;
      const events = bounds.reduce((sum, { latest }) => sum + latest, 0);
      return { installationId, stream: { uuid, name, projectId }, events, since, at };
    } catch (error) {
      // The stream is gone.
      if (error instanceof TopicNotFoundError) return undefined;
      fail(error);
      throw error;
    }
  }

  function fail(error: unknown): void {
    if (!isFailing) logger.warn({ error: errorFields(error) }, 'events could not be counted; trying again');
    isFailing = true;
  }

  /** Marks some streams. Those that cannot be looked at are marked the next time, with whatever has come until then. */
  async function writeSome(some: readonly Waiting[], at: number): Promise<boolean> {
    const looks = await Promise.allSettled(some.map((each) => markOf(each, at)));
    const marks = looks.flatMap((look) => (look.status === 'fulfilled' && look.value ? [look.value] : []));
    try {
      await producer.append(marks.map((mark) => ({ topic, ...encodeUsageMark(mark) })));
    } catch (error) {
      fail(error);
      some.forEach(wait);
      return false;
    }
    const events = new Map(marks.map((mark) => [mark.stream.uuid, mark.events]));
    for (const [index, each] of some.entries()) {
      const { uuid } = each.stream;
      if (looks[index]?.status === 'rejected') {
        wait(each);
        continue;
      }
      const count = events.get(uuid);
      if (count === undefined || marked.get(uuid) === count) {
        marked.delete(uuid);
        continue;
      }
      marked.set(uuid, count);
      wait({ stream: each.stream, since: at });
    }
    return looks.every(({ status }) => status === 'fulfilled');
  }

  async function write(signal: AbortSignal): Promise<void> {
    const all = [...waiting.values()];
    waiting = new Map();
    const at = clock.now();
    writtenAt = at;
    let isWhole = true;
    for (let from = 0; from < all.length; from += looksAtOnce) {
      if (signal.aborted) {
        all.slice(from).forEach(wait);
        return;
      }
      isWhole = (await writeSome(all.slice(from, from + looksAtOnce), at)) && isWhole;
    }
    if (isWhole && isFailing) logger.info('events are counted again');
    if (isWhole) isFailing = false;
  }

  async function writeLast(deadline: AbortSignal): Promise<void> {
    await loop;
    await write(deadline);
  }

  return {
    name: 'usage-marks',
    accepted(stream) {
      if (!waiting.has(stream.uuid)) waiting.set(stream.uuid, { stream, since: writtenAt });
    },
    async start() {
      for (const stream of await options.served()) wait({ stream, since: writtenAt });
      loop = (async () => {
        while (!stopping.signal.aborted) {
          await clock.sleep(intervalMs, stopping.signal);
          await write(stopping.signal);
        }
      })().catch(() => {
        // Only the stop ends the loop.
      });
    },
    async stop(deadline) {
      stopping.abort();
      try {
        await withDeadline(clock, { step: 'the last count', ms: stopWithinMs, parent: deadline }, writeLast);
      } catch (error) {
        logger.warn({ error: errorFields(error) }, 'the last events are counted by the next gateway');
      }
    },
  };
}
