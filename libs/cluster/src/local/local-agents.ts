import { join } from 'node:path';
import { formatRevision } from '@ccd/reconcile';
import type { Revision } from '@ccd/reconcile';
import type { AgentState } from '../port.ts';
import { openAgentFiles } from './agent-files.ts';
import { inWordsOfPort, makeFolder, namesIn, replaceFile } from './files.ts';

const rootOf = (dataDir: string): string => join(dataDir, 'agents');

/** The agents that keep documents in a local cluster, also while another process owns it. */
export const listLocalAgents = (dataDir: string): Promise<readonly string[]> =>
  inWordsOfPort(() => namesIn(rootOf(dataDir)));

/** The documents of an agent of a local cluster, to look at without owning the cluster. */
export const openLocalAgentState = (dataDir: string, agent: string): AgentState =>
  openAgentFiles(rootOf(dataDir), agent);

/** Leaves a person's release of exactly one revision for an agent of a local cluster, in place of an earlier one. */
export async function releaseOnLocalCluster(
  dataDir: string,
  agent: string,
  revision: Revision,
): Promise<void> {
  openLocalAgentState(dataDir, agent);
  await inWordsOfPort(async () => {
    const folder = join(rootOf(dataDir), agent);
    await makeFolder(folder);
    await replaceFile(join(folder, 'release'), `${formatRevision(revision)}\n`);
  });
}
