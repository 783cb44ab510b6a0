import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { lockDataFolder } from './data-lock.ts';
import { createEngine } from './engine/engine.ts';
import type { EngineOptions } from './engine/engine.ts';
import { listenOnSocket } from './socket-server.ts';
import { openDatabase } from './store/open-database.ts';

export interface EmbeddedEngineOptions extends EngineOptions {
  /** Made where it does not exist; one engine owns it. */
  readonly dataDir: string;
  /** In a folder of this user's alone (mode 0700), made where it does not exist. */
  readonly socketPath: string;
}

export interface EmbeddedEngine {
  readonly socketPath: string;
  /** Runs retention and compaction now instead of at the next interval. */
  upkeep(): Promise<void>;
  /** Carries out what was received, then gives up socket, data and lock. */
  close(): Promise<void>;
}

/** How long a silent client keeps its partitions: long enough for a busy event loop. */
const defaultSessionTimeoutMs = 30_000;
const defaultRebalanceTimeoutMs = 60_000;

/**
 * Starts the process's embedded engine: event log and key tables on one SQLite database, served on a Unix socket.
 * Commits are synchronous and block this process's event loop while the disk syncs, so give it a process of its own.
 * @throws DataFolderInUseError, UnsafeSocketError, LayoutVersionError
 */
export async function startEmbeddedEngine(options: EmbeddedEngineOptions): Promise<EmbeddedEngine> {
  const { dataDir, socketPath } = options;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = lockDataFolder(dataDir);
  try {
    const engine = createEngine(openDatabase(join(dataDir, 'eventlog.db')), {
      sessionTimeoutMs: defaultSessionTimeoutMs,
      rebalanceTimeoutMs: defaultRebalanceTimeoutMs,
      ...options,
    });
    try {
      const server = await listenOnSocket(socketPath, (socket) => {
        engine.accept(socket);
      });
      const shutDown = async (): Promise<void> => {
        const closed = new Promise((resolve) => server.close(resolve));
        await engine.close();
        await closed;
        rmSync(socketPath, { force: true });
        lock.release();
      };
      let closing: Promise<void> | undefined;
      return {
        socketPath,
        upkeep: () => engine.upkeep(),
        close() {
          closing ??= shutDown();
          return closing;
        },
      };
    } catch (error) {
      await engine.close();
      throw error;
    }
  } catch (error) {
    lock.release();
    throw error;
  }
}
