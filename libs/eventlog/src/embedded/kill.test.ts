import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock as clock } from '@ccd/reconcile';
import { eventually, scratchDir } from '@ccd/testkit';
import { readTopic } from '../read-topic.ts';
import { connectEmbeddedLog } from './client/connect-embedded-log.ts';
import { DataFolderInUseError } from './data-lock.ts';
import { startEmbeddedEngine } from './start-embedded-engine.ts';

const program = fileURLToPath(new URL('../testing/engine-process.ts', import.meta.url));

describe('an engine process that is killed', () => {
  const folder = scratchDir();
  const dataDir = join(folder, 'data');
  const socketPath = join(folder, 'run', 'log.sock');
  let child: ChildProcess | undefined;

  async function startProcess(): Promise<void> {
    child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, dataDir, socketPath], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {},
    });
    if (child.stdout) await once(child.stdout, 'data');
  }

  async function kill(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  afterEach(kill);

  it('has every acknowledged record once, and none twice, when it is started again', async () => {
    await startProcess();
    const log = await connectEmbeddedLog({ socketPath, clock });
    await log.admin.createTopic({ name: 'events', partitions: 3, config: { cleanup: 'delete' } });
    const acknowledged = new Set<string>();
    const state = { stop: false };
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      const producer = await log.createProducer();
      for (let n = 0; !state.stop; n++) {
        const value = `${writer}-${n}`;
        await producer.append([{ topic: 'events', key: Buffer.from(value), value: Buffer.from(value) }]);
        acknowledged.add(value);
      }
    });
    for (let round = 1; round <= 3; round++) {
      await eventually('records under way', () => acknowledged.size > round * 100);
      await kill();
      await startProcess();
    }
    await eventually('records after the last start', () => acknowledged.size > 400);
    state.stop = true;
    await Promise.all(writers);

    const stored: string[] = [];
    for await (const { value } of readTopic(log, 'events')) stored.push(String(value));
    expect(stored.sort()).toEqual([...acknowledged].sort());
    await log.close();
  });

  it('holds its data folder against a second engine until it dies, however it dies', async () => {
    await startProcess();
    const second = { dataDir, socketPath: join(folder, 'run', 'second.sock'), clock };
    await expect(startEmbeddedEngine(second)).rejects.toThrow(DataFolderInUseError);
    await kill();
    const engine = await startEmbeddedEngine(second);
    await engine.close();
  });
});
