import { join } from 'node:path';
import { startService } from '@ccd/service';
import { createEngineProcess } from './engine-process.ts';
import type { EnginesRuntime, RunningEngines } from './engines.ts';
import { foldersOf } from './folders.ts';
import { socketPathOf } from './socket-path.ts';

export interface EmbeddedEnginesOptions extends EnginesRuntime {
  readonly dataDir: string;
  /** `engine-main`, to run as a process. */
  readonly entry: string;
  /** PATH of that process. */
  readonly path: string;
}

/** Engines that need no server: events and keys in a process of their own, PGlite, and folders for buckets. */
export async function startEmbeddedEngines(options: EmbeddedEnginesOptions): Promise<RunningEngines> {
  const { dataDir, entry, path, clock, logger, onLine } = options;
  const { engine: engineFolder, exports } = foldersOf(dataDir);
  const socketPath = socketPathOf(dataDir);
  const engine = createEngineProcess({
    entry,
    environment: {
      PATH: path,
      LOG_FORMAT: 'json',
      ENGINE_DATA_DIR: engineFolder,
      EVENTLOG_SOCKET: socketPath,
    },
    clock,
    onLine,
    onCrash: (ending) => {
      logger.warn({ ending }, 'the engine ended; another is started');
    },
  });
  return {
    ...(await startService({ name: 'engine', logger, components: [engine] })),
    controlPlane: {},
    dataPlane: { EVENTLOG_SOCKET: socketPath, FOLDER_ROOT: exports },
    bucket: { name: 'demo', credentials: '{ "url": "file:///" }', where: join(exports, 'demo') },
    places: [],
  };
}
