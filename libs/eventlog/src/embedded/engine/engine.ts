import type { DatabaseSync } from 'node:sqlite';
import type { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '@ccd/reconcile';
import { createCommitter } from '../store/committer.ts';
import { createStore } from '../store/store.ts';
import type { UpkeepStep } from '../store/upkeep.ts';
import { isAborted, untilAborted } from '../../consuming/signals.ts';
import { createGroups } from './groups.ts';
import { engineLimits } from './limits.ts';
import { memberId } from './peer.ts';
import { createRequestHandler } from './request-handler.ts';
import { createSession } from './session.ts';
import type { Session } from './session.ts';
import { createWaitingRoom } from './waiting-room.ts';

export interface EngineOptions {
  readonly clock: Clock;
  /** Largest record: key, value and headers together. @default 1 MiB */
  readonly maxRecordBytes?: number;
  /** How often retention and compaction run. @default 60 s */
  readonly upkeepIntervalMs?: number;
  /** How long a tombstone stands in a compacted topic before it goes too. @default 24 h */
  readonly tombstoneMs?: number;
  /** A silent client is given up after this time; absent: never. */
  readonly sessionTimeoutMs?: number | undefined;
  /** A member that does not finish its batch in this time, when its partition is wanted, is expelled; absent: never. */
  readonly rebalanceTimeoutMs?: number | undefined;
  /** Told about failures that no request can be answered with: for the log of the app. */
  readonly onFault?: (error: unknown) => void;
}

/** The log itself: one per data folder, serving any number of connections. */
export interface Engine {
  accept(stream: Duplex): void;
  /** Runs retention and compaction now. */
  upkeep(): Promise<void>;
  /** Carries out what was received, ends the connections and closes the database. */
  close(): Promise<void>;
}

const rowsPerStep = 500;
const pagesPerVacuum = 1_000;
/** Far beyond the time that any client keeps retrying. */
const outcomesKeptMs = 24 * 60 * 60 * 1000;
const oneMinuteMs = 60_000;
/** How long a client may take to read its last answers when the engine stops. */
const goodbyeMs = 1_000;

export function createEngine(db: DatabaseSync, options: EngineOptions): Engine {
  const { clock, onFault = () => {} } = options;
  const store = createStore(db, {
    now: () => clock.now(),
    maxRecordBytes: options.maxRecordBytes ?? 1024 * 1024,
    tombstoneMs: options.tombstoneMs ?? 24 * 60 * oneMinuteMs,
  });
  const waitingRoom = createWaitingRoom();
  const sessions = new Set<Session>();
  const stopping = new AbortController();
  let changed: readonly number[] = [];
  const committer = createCommitter(db, {
    beforeCommit() {
      changed = store.catalog.flush();
    },
    afterCommit() {
      waitingRoom.wake(changed);
    },
    afterRollback() {
      store.catalog.reload();
    },
    onFault,
  });
  const groups = createGroups({
    clock,
    rebalanceTimeoutMs: options.rebalanceTimeoutMs,
    partitionsOf: (topic) =>
      (store.catalog.find(topic)?.partitions ?? []).map(({ partition }) => ({ topic, partition })),
  });
  const handle = createRequestHandler({ store, committer, groups, waitingRoom });

  async function repeat(step: UpkeepStep): Promise<void> {
    while (!stopping.signal.aborted && (await committer.submit(step))) await nextTurn();
  }

  async function upkeep(): Promise<void> {
    const now = clock.now();
    for (const step of store.upkeep.steps(now)) await repeat(step);
    await repeat(() => store.outcomes.expire(now - outcomesKeptMs, rowsPerStep));
    db.exec(`PRAGMA incremental_vacuum(${pagesPerVacuum})`);
  }

  function endSilentSessions(timeoutMs: number): void {
    for (const session of sessions)
      if (clock.monotonic() - session.lastHeard() > timeoutMs) session.destroy();
  }

  async function every(intervalMs: number, task: () => Promise<void> | void): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await clock.sleep(intervalMs, stopping.signal);
        await task();
      } catch (error) {
        if (!isAborted(stopping.signal)) onFault(error);
      }
    }
  }

  async function endSessions(): Promise<void> {
    const ended = Promise.all([...sessions].map((session) => untilAborted(session.closed)));
    for (const session of sessions) session.end();
    const patience = new AbortController();
    const impatient = clock.sleep(goodbyeMs, patience.signal).then(
      () => {
        for (const session of sessions) session.destroy();
      },
      () => {},
    );
    await ended;
    patience.abort();
    await impatient;
  }

  async function shutDown(): Promise<void> {
    stopping.abort();
    await Promise.all(tasks);
    await committer.close();
    // One more turn, so that the answers of the last commit are on their way.
    await nextTurn();
    await endSessions();
    groups.close();
    db.close();
  }

  let closing: Promise<void> | undefined;
  const tasks = [every(options.upkeepIntervalMs ?? oneMinuteMs, upkeep)];
  const { sessionTimeoutMs } = options;
  if (sessionTimeoutMs !== undefined) {
    tasks.push(
      every(sessionTimeoutMs / 3, () => {
        endSilentSessions(sessionTimeoutMs);
      }),
    );
  }

  return {
    upkeep,
    accept(stream) {
      if (stopping.signal.aborted || sessions.size >= engineLimits.connections) {
        stream.destroy();
        return;
      }
      const session = createSession(stream, {
        handle,
        monotonic: () => clock.monotonic(),
        onClose(closed) {
          sessions.delete(closed);
          const { peer } = closed;
          for (const [consumer, group] of peer.memberships) groups.leave(group, memberId(peer, consumer));
        },
      });
      sessions.add(session);
    },
    close() {
      closing ??= shutDown();
      return closing;
    },
  };
}
