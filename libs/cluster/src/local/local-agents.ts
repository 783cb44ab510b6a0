import { join } from 'node:path';
import { formatRevision } from '@ccd/reconcile';
import { ConflictError } from '../errors.ts';
import { readKeptAgent } from '../kept-agents.ts';
import type { KeptAgents } from '../kept-agents.ts';
import { openAgentFiles } from './agent-files.ts';
import { inWordsOfPort, namesIn, replaceFile } from './files.ts';

/** The agents of a local cluster, also while another process owns it. @param dataDir of the cluster */
export function openLocalAgents(dataDir: string): KeptAgents {
  const root = join(dataDir, 'agents');
  const names = async (): Promise<readonly string[]> => (await namesIn(root)).toSorted();
  return {
    list: (signal) =>
      inWordsOfPort(async () =>
        Promise.all((await names()).map((name) => readKeptAgent(name, openAgentFiles(root, name), signal))),
      ),
    release: (agent, revision) =>
      inWordsOfPort(async () => {
        if (!(await names()).includes(agent)) throw new ConflictError('agent', agent);
        await replaceFile(join(root, agent, 'release'), `${formatRevision(revision)}\n`);
      }),
    close() {
      // Files are not kept open.
    },
  };
}
