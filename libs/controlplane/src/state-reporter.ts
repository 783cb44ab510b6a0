import { withDeadline } from '@ccd/reconcile';
import type { Clock } from '@ccd/reconcile';
import type { ComponentStateReport, ComponentType, ControlPlane, EntityStateReport } from './domain.ts';

export interface StateReporterOptions {
  readonly controlPlane: Pick<ControlPlane, 'reportEntityStates' | 'reportComponentState'>;
  readonly clock: Clock;
  readonly component: ComponentType;
  /** Host or pod name, at least 4 characters. */
  readonly instanceId: string;
  /** Time in which states gather before they are sent together. @default 2 000 ms */
  readonly flushMs?: number;
  /** Time between two reports of the component's own state, and until an unchanged entity state is sent again. @default 60 000 ms */
  readonly heartbeatMs?: number;
  /** Longest time that one report may take. @default 10 000 ms */
  readonly sendTimeoutMs?: number;
  /** Resources that are remembered at most. @default 50 000 */
  readonly capacity?: number;
  /** Told of every report that failed (it is sent again) and of every state that was given up for lack of room. */
  readonly onProblem?: (problem: ReportProblem) => void;
}

export type ReportProblem =
  | { readonly kind: 'ReportFailed'; readonly cause: unknown }
  | { readonly kind: 'StateDropped'; readonly state: NotedState };

export type OwnState = Pick<ComponentStateReport, 'state' | 'message'>;

/** A state as it is noted. */
export type NotedState = Omit<EntityStateReport, 'time' | 'logs'> & {
  readonly time?: number;
  /** Asked for the log lines when the state is sent, and not before. What it throws is as if there were none. */
  readonly readLog?: (signal: AbortSignal) => Promise<readonly string[]>;
};

/** Tells the control plane how things are, beside the work: nothing here waits for it or throws. */
export interface StateReporter {
  /** Notes the state of a resource. The latest one counts; one that repeats what was sent waits for the heartbeat. */
  entity(state: NotedState): void;
  /** The component's own state, sent at once and as the heartbeat from then on. RUNNING until told otherwise. */
  own(state: OwnState): void;
  start(): void;
  /** Sends what is left and SHUTTING_DOWN, within the timeout of a report. */
  stop(): Promise<void>;
}

/** Logs are read of so many resources at a time; the others say how they are without. */
const mostLogs = 20;
const logTimeoutMs = 3_000;

type Waiting = NotedState & Pick<EntityStateReport, 'time'>;

interface Sent {
  readonly text: string;
  readonly at: number;
}

/** Creates a reporter; `start` it once the component runs. */
export function createStateReporter(options: StateReporterOptions): StateReporter {
  const { controlPlane, clock, component, instanceId } = options;
  const { flushMs = 2_000, heartbeatMs = 60_000, sendTimeoutMs = 10_000, capacity = 50_000 } = options;
  const { onProblem = () => {} } = options;
  const waiting = new Map<string, Waiting>();
  const sent = new Map<string, Sent>();
  const stopping = new AbortController();
  let own: OwnState = { state: 'RUNNING', message: '' };
  let ownSentAt = Number.NEGATIVE_INFINITY;
  let loop: Promise<void> = Promise.resolve();

  function note(state: Waiting): void {
    const key = resourceOf(state);
    const before = sent.get(key);
    if (
      !waiting.has(key) &&
      before?.text === contentOf(state) &&
      clock.monotonic() - before.at < heartbeatMs
    ) {
      return;
    }
    waiting.delete(key);
    waiting.set(key, state);
    if (waiting.size <= capacity) return;
    for (const [oldest, dropped] of waiting) {
      waiting.delete(oldest);
      onProblem({ kind: 'StateDropped', state: dropped });
      return;
    }
  }

  async function flush(signal: AbortSignal): Promise<void> {
    if (waiting.size === 0) return;
    const batch = [...waiting];
    const reports = await withLogs(
      batch.map(([, state]) => state),
      signal,
    );
    await controlPlane.reportEntityStates(reports, signal);
    for (const [key, state] of batch) {
      // One that came in meanwhile is newer and still has to go, where it says something else.
      const later = waiting.get(key);
      if (later !== undefined && contentOf(later) === contentOf(state)) waiting.delete(key);
      remember(key, state);
    }
  }

  async function withLogs(
    states: readonly Waiting[],
    signal: AbortSignal,
  ): Promise<readonly EntityStateReport[]> {
    const read = new Set(states.filter(({ readLog }) => readLog !== undefined).slice(0, mostLogs));
    return Promise.all(
      states.map(async (state): Promise<EntityStateReport> => {
        const { readLog, ...report } = state;
        if (readLog === undefined || !read.has(state)) return report;
        const limit = { step: 'a log', ms: logTimeoutMs, parent: signal };
        const logs = await withDeadline(clock, limit, readLog).catch(() => []);
        return { ...report, logs };
      }),
    );
  }

  function remember(key: string, state: Waiting): void {
    sent.delete(key);
    if (state.status === 'REMOVED') return;
    sent.set(key, { text: contentOf(state), at: clock.monotonic() });
    if (sent.size <= capacity) return;
    // To find the first key of a Map takes time for each that was deleted before it: only where it is needed.
    const [oldest] = sent.keys();
    if (oldest !== undefined) sent.delete(oldest);
  }

  async function reportOwn(state: OwnState, signal: AbortSignal): Promise<void> {
    const at = clock.monotonic();
    await controlPlane.reportComponentState({ component, instanceId, ...state, time: clock.now() }, signal);
    ownSentAt = at;
  }

  async function attempt(send: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    try {
      await withDeadline(clock, { step: 'an answer', ms: sendTimeoutMs, parent: signal }, send);
    } catch (cause) {
      if (!signal.aborted) onProblem({ kind: 'ReportFailed', cause });
    }
  }

  async function run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (clock.monotonic() - ownSentAt >= heartbeatMs)
        await attempt((limited) => reportOwn(own, limited), signal);
      await attempt(flush, signal);
      await clock.sleep(flushMs, signal).catch(() => {});
    }
  }

  return {
    entity(state) {
      note({ time: clock.now(), ...state });
    },
    own(state) {
      own = state;
      ownSentAt = Number.NEGATIVE_INFINITY;
    },
    start() {
      loop = run(stopping.signal);
    },
    async stop() {
      stopping.abort();
      await loop;
      const last = new AbortController().signal;
      const shuttingDown: OwnState = { state: 'SHUTTING_DOWN', message: '' };
      await Promise.all([attempt(flush, last), attempt((limited) => reportOwn(shuttingDown, limited), last)]);
    },
  };
}

function resourceOf({ entityType, projectId, name, resourceType }: NotedState): string {
  return JSON.stringify([entityType, projectId, name, resourceType]);
}

function contentOf({ status, message }: NotedState): string {
  return JSON.stringify([status, message]);
}
