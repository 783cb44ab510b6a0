import { join } from 'node:path';

/** What is where below the data folder. */
export function foldersOf(dataDir: string) {
  return {
    engine: join(dataDir, 'engine'),
    /** Data and settings of the servers beside the apps, where the engines are servers. */
    servers: join(dataDir, 'servers'),
    controlPlane: join(dataDir, 'control-plane'),
    cluster: join(dataDir, 'cluster'),
    cache: join(dataDir, 'cache'),
    /** Below it, folder connectors write. */
    exports: join(dataDir, 'exports'),
    /** Configuration and login of the CLI. */
    strm: join(dataDir, 'strm'),
    /** What the control plane may ask for, where the person whose data this is has written it down. */
    guardrails: join(dataDir, 'guardrails.json'),
    /** Which events that cannot be derived a person lets go. */
    deadLetters: join(dataDir, 'dead-letters.json'),
    log: join(dataDir, 'logs', 'ccd.log'),
  } as const;
}
