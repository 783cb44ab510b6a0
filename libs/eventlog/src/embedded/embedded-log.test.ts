import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { createFakeClock } from '@ccd/reconcile/testing';
import { scratchDir } from '@ccd/testkit';
import { connectEventLog } from '../connect-event-log.ts';
import { eventLogOptions } from '../options.ts';
import { describeEventLogContract } from '../testing/event-log-contract.ts';
import { startEmbeddedEngine } from './start-embedded-engine.ts';

const folder = scratchDir();
const socketPath = join(folder, 'run', 'log.sock');
const clock = createFakeClock();
const engine = startEmbeddedEngine({ dataDir: join(folder, 'data'), socketPath, clock });

afterAll(async () => {
  await (await engine).close();
});

describeEventLogContract('connectEventLog with the embedded engine', async () => {
  const running = await engine;
  return {
    connect: () => connectEventLog(eventLogOptions.parse({ engine: 'embedded', socketPath }), { clock }),
    retentionMs: 60_000,
    async age(ms) {
      clock.jumpWallTime(ms);
      await running.upkeep();
    },
    async close() {},
  };
});
