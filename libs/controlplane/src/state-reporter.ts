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
  | { readonly kind: 'StateDropped'; readonly state: EntityStateReport };

export type OwnState = Pick<ComponentStateReport, 'state' | 'message'>;

/** Tells the control plane how things are, beside the work: nothing here waits for it or throws. */
export interface StateReporter {
  /** Notes the state of a resource. The latest one counts; one that repeats what was sent waits for the heartbeat. */
  entity(state: Omit<EntityStateReport, 'time'> & { readonly time?: number }): void;
  /** The component's own state, sent at once and as the heartbeat from then on. RUNNING until told otherwise. */
  own(state: OwnState): void;
  start(): void;
  /** Sends what is left and SHUTTING_DOWN, within the timeout of a report. */
  stop(): Promise<void>;
}

interface Sent {
  readonly text: string;
  readonly at: number;
}

/** Creates a reporter; `start` it once the component runs. */
export function createStateReporter(options: StateReporterOptions): StateReporter {
  const { controlPlane, clock, component, instanceId } = options;
  const { flushMs = 2_000, heartbeatMs = 60_000, sendTimeoutMs = 10_000, capacity = 50_000 } = options;
  const { onProblem = () => {} } = options;
  const waiting = new Map<string, EntityStateReport>();
  const sent = new Map<string, Sent>();
  const stopping = new AbortController();
  let own: OwnState = { state: 'RUNNING', message: '' };
  let ownSentAt = Number.NEGATIVE_INFINITY;
  let loop: Promise<void> = Promise.resolve();

  function note(state: EntityStateReport): void {
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
    await controlPlane.reportEntityStates(
      batch.map(([, state]) => state),
      signal,
    );
    for (const [key, state] of batch) {
      // One that came in meanwhile is newer and still has to go.
      if (waiting.get(key) === state) waiting.delete(key);
      remember(key, state);
    }
  }

  function remember(key: string, state: EntityStateReport): void {
    sent.delete(key);
    if (state.status === 'REMOVED') return;
    sent.set(key, { text: contentOf(state), at: clock.monotonic() });
    const [oldest] = sent.keys();
    if (sent.size > capacity && oldest !== undefined) sent.delete(oldest);
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

function resourceOf({ entityType, projectId, name, resourceType }: EntityStateReport): string {
  return JSON.stringify([entityType, projectId, name, resourceType]);
}

function contentOf({ status, message }: EntityStateReport): string {
  return JSON.stringify([status, message]);
}
