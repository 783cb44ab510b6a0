import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { scratchDir } from '@ccd/testkit';
import { describeClusterContract } from '../testing/index.ts';
import { connectLocalCluster } from './connect-local-cluster.ts';

// Real processes take their time on a busy machine.
jest.setTimeout(30_000);

const dir = scratchDir();

/** Says that it is ready and stays until it is told to go, or its owner goes. */
const readyProgram = `
  process.on('SIGTERM', () => process.exit(0));
  process.on('disconnect', () => process.exit(0));
  process.send({ type: 'ccd.workload', state: 'running' });
`;

describeClusterContract('local', async () => {
  const dataDir = await mkdtemp(join(dir, 'cluster-'));
  const open = () =>
    connectLocalCluster({
      dataDir,
      programs: { decrypter: { command: process.execPath, args: ['-e', readyProgram] } },
    });
  return {
    cluster: await open(),
    reopen: open,
    release: async (agent, text) => {
      mkdirSync(join(dataDir, 'agents', agent), { recursive: true });
      writeFileSync(join(dataDir, 'agents', agent, 'release'), text);
    },
  };
});
