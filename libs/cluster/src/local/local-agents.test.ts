import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { scratchDir } from '@ccd/testkit';
import { createReleaseSource } from '../resources/documents.ts';
import { listLocalAgents, openLocalAgentState, releaseOnLocalCluster } from './local-agents.ts';

const folder = scratchDir();

describe(releaseOnLocalCluster, () => {
  it('leaves a release that the agent reads, in place of an earlier one', async () => {
    const dataDir = join(folder, 'released');
    await releaseOnLocalCluster(dataDir, 'streams-agent', { epoch: 'e', number: 1n });
    await releaseOnLocalCluster(dataDir, 'streams-agent', { epoch: 'e', number: 2n });
    const release = createReleaseSource(openLocalAgentState(dataDir, 'streams-agent'));
    expect(await release.released(new AbortController().signal)).toEqual({ epoch: 'e', number: 2n });
    expect(await listLocalAgents(dataDir)).toEqual(['streams-agent']);
  });

  it('writes nothing for a name that leads elsewhere', async () => {
    const dataDir = join(folder, 'elsewhere');
    await expect(releaseOnLocalCluster(dataDir, '../up', { epoch: 'e', number: 1n })).rejects.toThrow(
      'agent',
    );
    expect(await listLocalAgents(dataDir)).toEqual([]);
  });
});
