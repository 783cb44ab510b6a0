import { KeyMap, withDeadline } from '@ccd/reconcile';
import type { Clock, ResourceKey } from '@ccd/reconcile';
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

/** A resource that was told of, or is to be. */
interface Known {
  readonly resource: Resource;
  waiting?: Waiting | undefined;
  sent?: (Content & { readonly at: number }) | undefined;
}

type Resource = Pick<NotedState, 'entityType' | 'resourceType' | 'projectId' | 'name'>;
type Content = Pick<NotedState, 'status' | 'message'>;

/** Creates a reporter; `start` it once the component runs. */
export function createStateReporter(options: StateReporterOptions): StateReporter {
  const { controlPlane, clock, component, instanceId } = options;
  const { flushMs = 2_000, heartbeatMs = 60_000, sendTimeoutMs = 10_000, capacity = 50_000 } = options;
  const { onProblem = () => {} } = options;
  const known = new KeyMap<Known>();
  /** Those of them that have a state which waits, and one that was sent; each the oldest first. */
  const waiting = new Set<Known>();
  const sent = new Set<Known>();
  const stopping = new AbortController();
  let own: OwnState = { state: 'RUNNING', message: '' };
  let ownSentAt = Number.NEGATIVE_INFINITY;
  let loop: Promise<void> = Promise.resolve();

  function note(state: Waiting): void {
    const each = knownOf(state);
    const before = each.sent;
    const repeats = before !== undefined && isSame(before, state);
    if (each.waiting === undefined && repeats && clock.monotonic() - before.at < heartbeatMs) return;
    waiting.delete(each);
    waiting.add(each);
    each.waiting = state;
    if (waiting.size <= capacity) return;
    const [oldest] = waiting;
    const dropped = oldest?.waiting;
    if (oldest === undefined || dropped === undefined) return;
    waiting.delete(oldest);
    oldest.waiting = undefined;
    forget(oldest);
    onProblem({ kind: 'StateDropped', state: dropped });
  }

  /** Looked up for each resource in each run of an agent, which has tens of thousands: no text is made but of what many share. */
  function knownOf(state: Resource): Known {
    const key = keyOf(state);
    const before = known.get(key);
    if (before !== undefined) return before;
    const { entityType, resourceType, projectId, name } = state;
    const each: Known = { resource: { entityType, resourceType, projectId, name } };
    known.set(key, each);
    return each;
  }

  /** Unless there is something left to know. */
  function forget(each: Known): void {
    if (each.waiting === undefined && each.sent === undefined) known.delete(keyOf(each.resource));
  }

  async function flush(signal: AbortSignal): Promise<void> {
    if (waiting.size === 0) return;
    const batch = [...waiting].flatMap((each) =>
      each.waiting === undefined ? [] : [[each, each.waiting] as const],
    );
    const reports = await withLogs(
      batch.map(([, state]) => state),
      signal,
    );
    await controlPlane.reportEntityStates(reports, signal);
    for (const [each, state] of batch) {
      // One that came in meanwhile is newer and still has to go, where it says something else.
      if (each.waiting !== undefined && isSame(each.waiting, state)) {
        waiting.delete(each);
        each.waiting = undefined;
      }
      remember(each, state);
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

  function remember(each: Known, { status, message }: Content): void {
    // Given up for lack of room while it was being sent, and perhaps noted anew.
    if (known.get(keyOf(each.resource)) !== each) return;
    sent.delete(each);
    each.sent = status === 'REMOVED' ? undefined : { status, message, at: clock.monotonic() };
    if (each.sent === undefined) {
      forget(each);
      return;
    }
    sent.add(each);
    if (sent.size <= capacity) return;
    // To find the first of a Set takes time for each that was deleted before it: only where it is needed.
    const [oldest] = sent;
    if (oldest === undefined) return;
    sent.delete(oldest);
    oldest.sent = undefined;
    forget(oldest);
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

const keyOf = ({ entityType, resourceType, projectId, name }: Resource): ResourceKey => ({
  kind: `${entityType}/${resourceType}/${projectId}`,
  id: name,
});

const isSame = (a: Content, b: Content): boolean => a.status === b.status && a.message === b.message;
