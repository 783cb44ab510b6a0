/**
 * An engine in a process of its own, for tests that kill it: `node engine-process.ts <data folder> <socket>`. Says
 * "ready" once it listens.
 */
import { systemClock } from '@ccd/reconcile';
import { startEmbeddedEngine } from '../embedded/start-embedded-engine.ts';

const [dataDir = '', socketPath = ''] = process.argv.slice(2);
await startEmbeddedEngine({ dataDir, socketPath, clock: systemClock });
process.stdout.write('ready\n');
