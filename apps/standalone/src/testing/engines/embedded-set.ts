import { join } from 'node:path';
import { connectEventLog, eventLogOptions } from '@ccd/eventlog';
import { systemClock } from '@ccd/reconcile';
import { eventually } from '@ccd/testkit';
import { readExported } from '../faults/read-exported.ts';
import { openLogFile } from '../faults/read-log.ts';
import type { LogFile } from '../faults/read-log.ts';
import type { EngineSet, EngineSetOptions, Outside } from './engine-set.ts';

const bucket = { name: 'bucket', credentials: '{"url":"file:///"}' };

/** The engine's process, PGlite and a folder. */
export async function startEmbeddedSet({ folder, apps, launcher }: EngineSetOptions): Promise<EngineSet> {
  const engineFolder = join(folder, 'engine');
  const exports = join(folder, 'exports');
  const socketPath = join(folder, 'run', 'engine.sock');
  const engine = await launcher.launch('engine', apps.engine, {
    ENGINE_DATA_DIR: engineFolder,
    EVENTLOG_SOCKET: socketPath,
  });
  return {
    controlPlane: { DATA_DIR: join(folder, 'control-plane') },
    dataPlane: { EVENTLOG_SOCKET: socketPath, FOLDER_ROOT: exports },
    bucket,
    processes: { engine },
    outside: lookInto(engineFolder, join(exports, bucket.name)),
    async makeForeignTopic(name) {
      const log = await connectEventLog(eventLogOptions.parse({ engine: 'embedded', socketPath }), {
        clock: systemClock,
      });
      await log.admin.createTopic({ name, partitions: 1, config: { cleanup: 'delete' } });
      await log.close();
    },
    async kill() {
      engine.kill();
    },
    async revive() {
      await eventually('the engine is back', () => engine.isReady(), 30_000);
    },
    // The launcher does that.
    async stop() {},
  };
}

/** Reads the files of the engines by itself. */
function lookInto(engineFolder: string, bucketFolder: string): Outside {
  function look<T>(at: (log: LogFile) => T): T {
    const log = openLogFile(engineFolder);
    try {
      return at(log);
    } finally {
      log.close();
    }
  }
  return {
    topicNames: async () => look((log) => log.topicNames()),
    topicId: async (name) => look((log) => log.topic(name).uid),
    topic: async (name) => look((log) => log.topic(name)),
    exported: (prefix) => readExported(join(bucketFolder, prefix)),
  };
}
