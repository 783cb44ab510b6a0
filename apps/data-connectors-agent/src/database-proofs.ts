import type { DesiredDataConnector } from '@ccd/controlplane';
import type { LiveStatus } from '@ccd/dataplane';
import type { Clock, Desired } from '@ccd/reconcile';
import { failureOf } from '@ccd/service';
import type { Component, Failure, Logger } from '@ccd/service';
import { AccessDeniedError, parseDatabaseLocation } from '@ccd/storage';
import type { DatabaseLocation } from '@ccd/storage';

export interface DatabaseProofsOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Time after which a database is asked again; more, up to twelve times of it, where it refuses us. */
  readonly intervalMs: number;
  /** Throws where the database is not there, or does not let us in. */
  readonly prove: (location: DatabaseLocation, signal: AbortSignal) => Promise<void>;
}

/**
 * Whether the databases of connectors can be used. Nothing but batch jobs connects to them, and these may be days away,
 * so the agent asks.
 */
export interface DatabaseProofs {
  /** What the last answer asks for, in full. What is new or changed is proven, what is not there any more forgotten. */
  keep(connectors: readonly Desired<DesiredDataConnector>[]): void;
  /** Begins to prove again what was proven too long ago. */
  refresh(): void;
  /** Undefined for a connector that leads to no database. */
  statusOf(uuid: string): LiveStatus | undefined;
  readonly component: Component;
}

interface Entry {
  readonly uuid: string;
  readonly hash: string;
  readonly location: DatabaseLocation;
  status: LiveStatus;
  /** How often in a row it was refused. */
  refusals: number;
  /** By the clock that only grows; never while a proof is under way. */
  dueAt: number;
}

/** Databases that do not answer keep no more than so many others waiting. */
const mostAtOnce = 4;

/** Servers lock accounts that fail to log in again and again; what refuses us waits for a person anyway. */
const longestPause = 12;
const pauseAfter = (refusals: number): number =>
  refusals === 0 ? 1 : Math.min(2 ** (refusals - 1), longestPause);

/** Keeps proofs in the background: a database that does not answer delays no run of the agent. */
export function createDatabaseProofs({
  clock,
  logger,
  intervalMs,
  prove,
}: DatabaseProofsOptions): DatabaseProofs {
  const stopped = new AbortController();
  const working = new Set<Promise<void>>();
  let entries: ReadonlyMap<string, Entry> = new Map();

  const takeDue = (): Entry | undefined => {
    const due = [...entries.values()].find(({ dueAt }) => dueAt <= clock.monotonic());
    if (due !== undefined) due.dueAt = Infinity;
    return due;
  };

  async function proveOne(entry: Entry): Promise<void> {
    let failure: Failure | undefined;
    let refused = false;
    try {
      await prove(entry.location, stopped.signal);
    } catch (error) {
      failure = failureOf(error);
      refused = error instanceof AccessDeniedError;
    }
    if (stopped.signal.aborted || entries.get(entry.uuid) !== entry) return;
    const before = entry.status;
    entry.status =
      failure === undefined ? { state: 'running' } : { state: 'failing', restarts: 0, ...failure };
    entry.refusals = refused ? entry.refusals + 1 : 0;
    entry.dueAt = clock.monotonic() + intervalMs * pauseAfter(entry.refusals);
    if (failure !== undefined && (before.state !== 'failing' || before.reason !== failure.reason)) {
      logger.warn({ connector: entry.uuid, ...failure }, 'a database cannot be used');
    } else if (failure === undefined && before.state !== 'running') {
      logger.info({ connector: entry.uuid }, 'a database lets us in');
    }
  }

  async function work(): Promise<void> {
    for (let entry = takeDue(); entry !== undefined && !stopped.signal.aborted; entry = takeDue()) {
      await proveOne(entry);
    }
  }

  function refresh(): void {
    const due = [...entries.values()].filter(({ dueAt }) => dueAt <= clock.monotonic()).length;
    for (let more = Math.min(due, mostAtOnce - working.size); more > 0; more -= 1) {
      const worker = work().finally(() => working.delete(worker));
      working.add(worker);
    }
  }

  return {
    keep(connectors) {
      entries = new Map(
        connectors.flatMap(({ spec: { uuid, location: json }, hash }) => {
          const known = entries.get(uuid);
          if (known?.hash === hash) return [[uuid, known]];
          const location = parseDatabaseLocation(json);
          if (location === undefined) return [];
          return [
            [uuid, { uuid, hash, location, status: { state: 'starting' }, refusals: 0, dueAt: -Infinity }],
          ];
        }),
      );
      refresh();
    },
    refresh,
    statusOf: (uuid) => entries.get(uuid)?.status,
    component: {
      name: 'database-proofs',
      stop: async () => {
        stopped.abort(new Error('the agent stops'));
        await Promise.all(working);
      },
    },
  };
}
