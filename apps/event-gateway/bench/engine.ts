import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectEmbeddedLog } from '@ccd/eventlog';
import { systemClock as clock } from '@ccd/reconcile';
import { onOtherCore } from '@ccd/testkit/bench';

/** An embedded engine in a process of its own on the other core, with the topics of the bench's stream. */
export async function startEngine(folder: string): Promise<{ socketPath: string; close: () => void }> {
  const socketPath = join(folder, 'run', 'log.sock');
  const program = fileURLToPath(
    new URL('../../../libs/eventlog/src/testing/engine-process.ts', import.meta.url),
  );
  const [command, ...args] = onOtherCore([
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    program,
    join(folder, 'data'),
    socketPath,
  ]);
  const engine = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(engine.stdout, 'data');
  const log = await connectEmbeddedLog({ socketPath, clock });
  await log.admin.createTopic({ name: 'stream-bench', partitions: 4, config: { cleanup: 'delete' } });
  await log.admin.createTopic({ name: 'keys-bench', partitions: 1, config: { cleanup: 'compact' } });
  await log.close();
  return { socketPath, close: () => engine.kill('SIGTERM') };
}
