import type { ControlPlane } from '@ccd/controlplane';
import { ControlPlaneRefusedError, mostEventsOfReport } from '@ccd/controlplane';
import type { UsageMark } from '@ccd/dataplane';
import { failpoint } from '@ccd/failpoints';

export interface MarkReporterOptions {
  readonly controlPlane: Pick<ControlPlane, 'countedEvents' | 'reportUsage'>;
  /** What the control plane does not take; the stream's next mark says it all again. */
  readonly onRefused: (mark: UsageMark, error: ControlPlaneRefusedError) => void;
  /** Told of what the control plane has counted. */
  readonly onReported: (events: number) => void;
}

export interface MarkReporter {
  /**
   * Brings the control plane's counter to where the mark is. The counter is its own record of what was reported, so that
   * nothing counts twice, whoever reports, and however often.
   * @throws ControlPlaneUnavailableError, ControlPlaneRefusedError where it refuses more than this mark, InvalidAnswerError
   */
  report(mark: UsageMark, signal: AbortSignal): Promise<void>;
  /** What the counters were is not known any more: somebody else may report meanwhile. */
  forget(): void;
}

/** Said of this stream or this report. Whoever may not report at all waits until he may. */
const concernsTheMark: ReadonlySet<string> = new Set(['NOT_FOUND', 'INVALID_ARGUMENT', 'OUT_OF_RANGE']);

interface Counter {
  readonly events: number;
  /** The time of the last report; absent where it was another one's. */
  readonly at?: number;
}

export function createMarkReporter({
  controlPlane,
  onRefused,
  onReported,
}: MarkReporterOptions): MarkReporter {
  const counters = new Map<string, Counter>();

  async function counterOf({ stream }: UsageMark, signal: AbortSignal): Promise<Counter | undefined> {
    const known = counters.get(stream.uuid);
    if (known !== undefined) return known;
    const events = await controlPlane.countedEvents(stream, signal);
    return events === undefined ? undefined : { events };
  }

  async function bringUp(mark: UsageMark, signal: AbortSignal): Promise<Counter | undefined> {
    const { stream, events, since, at } = mark;
    const before = await counterOf(mark, signal);
    // A stream that was deleted, or a mark that another gateway's has overtaken.
    if (before === undefined || before.events >= events) return before;
    let counted = before.events;
    // Without it the counter would seem to have risen evenly since the last report, however long ago.
    if (before.at === undefined || before.at < since) {
      await controlPlane.reportUsage({ stream, events: 0, countedBefore: counted, time: since }, signal);
    }
    while (counted < events) {
      const some = Math.min(events - counted, mostEventsOfReport);
      await controlPlane.reportUsage({ stream, events: some, countedBefore: counted, time: at }, signal);
      failpoint('usage.afterReport');
      counted += some;
      onReported(some);
    }
    return { events: counted, at };
  }

  return {
    async report(mark, signal) {
      const { uuid } = mark.stream;
      try {
        const counter = await bringUp(mark, signal);
        if (counter !== undefined) counters.set(uuid, counter);
      } catch (error) {
        // Whether the last report counted is not known.
        counters.delete(uuid);
        if (!(error instanceof ControlPlaneRefusedError) || !concernsTheMark.has(error.code)) throw error;
        onRefused(mark, error);
      }
    },
    forget() {
      counters.clear();
    },
  };
}
