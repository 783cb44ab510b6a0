import { duplexPair } from 'node:stream';
import type { Duplex } from 'node:stream';
import type { Clock } from '@ccd/reconcile';
import { systemClock } from '@ccd/reconcile';
import { createEmbeddedLog } from '../embedded/client/connect-embedded-log.ts';
import type { EmbeddedLog } from '../embedded/client/connect-embedded-log.ts';
import { createEngine } from '../embedded/engine/engine.ts';
import { openDatabase } from '../embedded/store/open-database.ts';

/** An event log in this process's memory, and more connections to it. */
export interface MemoryLog extends EmbeddedLog {
  /** Another connection to the same log, as another process would have. */
  connect(): EmbeddedLog;
  /** Serves a connection that another process has opened. */
  accept(socket: Duplex): void;
  /** Runs retention and compaction now; otherwise they run every ten minutes of the clock. */
  upkeep(): Promise<void>;
  /** Ends the log and every connection. */
  close(): Promise<void>;
}

const tenMinutesMs = 600_000;

/**
 * The embedded engine without a disk and without a socket, for tests: the same code, so the same behaviour. No
 * deadline and no timeout runs on the clock, so that a test may move it by days.
 */
export function createMemoryLog({ clock = systemClock }: { readonly clock?: Clock } = {}): MemoryLog {
  const engine = createEngine(openDatabase(':memory:'), { clock, upkeepIntervalMs: tenMinutesMs });
  const connections = new Set<EmbeddedLog>();

  function connect(): EmbeddedLog {
    const log = createEmbeddedLog({
      async open() {
        const [near, far] = duplexPair();
        engine.accept(far);
        return near;
      },
      clock,
      deadlineMs: undefined,
      heartbeatMs: undefined,
    });
    connections.add(log);
    return log;
  }

  return {
    ...connect(),
    connect,
    accept: (socket) => {
      engine.accept(socket);
    },
    upkeep: () => engine.upkeep(),
    async close() {
      await Promise.all([...connections].map((log) => log.close()));
      await engine.close();
    },
  };
}
