import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  createGuardRecordStore,
  listLocalAgents,
  openLocalAgentState,
  createReleaseSource,
  releaseOnLocalCluster,
} from '@ccd/cluster';
import { formatRevision, parseRevision } from '@ccd/reconcile';
import { CliError, UsageError } from '../cli-error.ts';
import type { LocalContext } from '../command/command.ts';
import { group, localCommand } from '../command/define.ts';
import { text } from '../command/flag.ts';
import { renderTable } from '../output/table.ts';

const data = text('--data <folder>', 'the data folder of the installation on this machine', 'data');

/** The folder of the cluster: the one given, or `cluster` in it. @throws CliError */
function clusterFolder({ flags }: LocalContext): string {
  const given = flags.get(data);
  const found = [join(given, 'cluster'), given].find((folder) => existsSync(join(folder, 'agents')));
  if (found === undefined) {
    throw new CliError(
      `No agent keeps anything in ${given}. Give the folder of the installation with --data.`,
    );
  }
  return found;
}

interface AgentRow {
  readonly agent: string;
  readonly accepted: string;
  readonly withheld: string;
  readonly released: string;
}

async function rowOf(folder: string, agent: string, signal: AbortSignal): Promise<AgentRow> {
  const state = openLocalAgentState(folder, agent);
  const record = await createGuardRecordStore(state).load(signal);
  const released = await createReleaseSource(state).released(signal);
  return {
    agent,
    accepted: record?.accepted === undefined ? '' : formatRevision(record.accepted.revision),
    withheld: record?.withheld === undefined ? '' : formatRevision(record.withheld.revision),
    released: released === undefined ? '' : formatRevision(released),
  };
}

const agentStatus = localCommand({
  name: 'status',
  about: 'show what the agents on this machine followed, and which deletions they withhold',
  details: [
    'Withheld is the revision of an answer of the control plane that would have deleted more than an agent does on its',
    'own. Look at what should exist; if it is right, release that revision.',
  ].join(' '),
  flags: [data],
  formats: ['table', 'json', 'plain'],
  async run(context) {
    const folder = clusterFolder(context);
    const rows: AgentRow[] = [];
    for (const agent of [...(await listLocalAgents(folder))].sort())
      rows.push(await rowOf(folder, agent, context.io.signal));
    return {
      table: () =>
        renderTable<AgentRow>(
          [
            ['Agent', ({ agent }) => agent],
            ['Accepted', ({ accepted }) => accepted],
            ['Withheld', ({ withheld }) => withheld],
            ['Released', ({ released }) => released],
          ],
          rows,
        ),
      json: () => JSON.stringify(rows, null, 4),
      plain: () => rows.map(({ agent }) => agent).join('\n'),
    };
  },
});

const agentRelease = localCommand({
  name: 'release',
  args: '<agent> <revision>',
  about: 'let an agent carry out the deletions of exactly this revision',
  details: [
    'An agent withholds deletions that would empty the installation, or that are many at once, until a person on this',
    'side releases them. The control plane cannot. The revision stands in: strm agent status',
  ].join(' '),
  examples: ['agent release streams-agent 8f14e45f/42'],
  flags: [data],
  formats: ['plain'],
  async run(context) {
    const [agent = '', given = ''] = context.args;
    const folder = clusterFolder(context);
    const revision = parseRevision(given);
    if (revision === undefined) {
      throw new UsageError(`${JSON.stringify(given)} is not a revision; give <epoch>/<number>`);
    }
    const agents = await listLocalAgents(folder);
    if (!agents.includes(agent)) {
      throw new CliError(`There is no agent '${agent}' here; there is ${agents.join(', ')}.`);
    }
    await releaseOnLocalCluster(folder, agent, revision);
    return { plain: () => `Revision ${formatRevision(revision)} is released for ${agent}.` };
  },
});

export const agent = group('agent', 'look after the agents on this machine', [agentStatus, agentRelease]);
