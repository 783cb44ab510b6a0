import type { KeptAgent } from '@ccd/cluster';
import { formatRevision, parseRevision } from '@ccd/reconcile';
import type { Revision } from '@ccd/reconcile';
import { CliError, UsageError } from '../cli-error.ts';
import { group, localCommand } from '../command/define.ts';
import { renderTable } from '../output/table.ts';
import { placeFlags, withAgents } from './open-agents.ts';

interface AgentRow {
  readonly agent: string;
  readonly accepted: string;
  readonly withheld: string;
  readonly released: string;
}

const shown = (revision: Revision | undefined): string =>
  revision === undefined ? '' : formatRevision(revision);

const toRow = ({ name, accepted, withheld, released }: KeptAgent): AgentRow => ({
  agent: name,
  accepted: shown(accepted),
  withheld: shown(withheld),
  released: shown(released),
});

const agentStatus = localCommand({
  name: 'status',
  about: 'show what the agents followed, and which deletions they withhold',
  details: [
    'Withheld is the revision of an answer of the control plane that would have deleted more than an agent does on its',
    'own. Look at what should exist; if it is right, release that revision.',
  ].join(' '),
  examples: ['agent status', 'agent status --namespace strm'],
  flags: placeFlags,
  formats: ['table', 'json', 'plain'],
  async run(context) {
    const agents = await withAgents(context, (found) => found.list(context.io.signal));
    const rows = agents.map(toRow);
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
  examples: [
    'agent release streams-agent 8f14e45f/42',
    'agent release streams-agent 8f14e45f/42 --namespace strm',
  ],
  flags: placeFlags,
  formats: ['plain'],
  async run(context) {
    const [agent = '', given = ''] = context.args;
    const revision = parseRevision(given);
    if (revision === undefined) {
      throw new UsageError(`${JSON.stringify(given)} is not a revision; give <epoch>/<number>`);
    }
    await withAgents(context, async (agents) => {
      const names = (await agents.list(context.io.signal)).map(({ name }) => name);
      if (!names.includes(agent))
        throw new CliError(`There is no agent '${agent}' here; there is ${names.join(', ') || 'none'}.`);
      await agents.release(agent, revision);
    });
    return { plain: () => `Revision ${formatRevision(revision)} is released for ${agent}.` };
  },
});

export const agent = group('agent', 'look after the agents of an installation', [agentStatus, agentRelease]);
