import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { scratchDir } from '@ccd/testkit';
import { createGuardRecordStore } from '../resources/documents.ts';
import { openAgentFiles } from './agent-files.ts';
import { openLocalAgents } from './local-agents.ts';

const folder = scratchDir();
const { signal } = new AbortController();
const revision = (number: bigint) => ({ epoch: 'e', number });

describe(openLocalAgents, () => {
  it('shows what agents have followed, and leaves a release in place of an earlier one', async () => {
    const dataDir = join(folder, 'released');
    for (const name of ['streams-agent', 'exporters-agent']) {
      const state = openAgentFiles(join(dataDir, 'agents'), name);
      await createGuardRecordStore(state).save(
        { accepted: { revision: revision(1n) }, deletions: [] },
        signal,
      );
    }
    const agents = openLocalAgents(dataDir);
    await agents.release('streams-agent', revision(2n));
    await agents.release('streams-agent', revision(3n));
    expect(await agents.list(signal)).toEqual([
      { name: 'exporters-agent', accepted: revision(1n) },
      { name: 'streams-agent', accepted: revision(1n), released: revision(3n) },
    ]);
  });

  it.each(['streams-agent', '../up'])('releases nothing for %s, which is no agent of it', async (agent) => {
    const agents = openLocalAgents(join(folder, 'elsewhere'));
    await expect(agents.release(agent, revision(1n))).rejects.toThrow('agent');
    expect(await agents.list(signal)).toEqual([]);
  });
});
