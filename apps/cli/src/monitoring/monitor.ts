import { monitoring as wire } from '@ccd/protocol';
import type { ProjectCommand, ProjectContext } from '../command/command.ts';
import { group, projectCommand } from '../command/define.ts';
import { toggle } from '../command/flag.ts';
import { enumName } from '../output/enum-name.ts';
import { jsonOf, lines } from '../output/output.ts';
import { renderTable } from '../output/table.ts';
import type { Column } from '../output/table.ts';
import { endOfData, entityKinds, stateRequest } from './entity-kinds.ts';
import type { EntityKind } from './entity-kinds.ts';

const service = wire.MonitoringServiceService;
const mask = ['state_time', 'ref', 'status', 'message', 'resource_type'];
const follow = toggle('--follow', 'keep showing changes until stopped');
const watch = toggle('--watch', 'the same as --follow');

const columns: readonly Column<wire.EntityState>[] = [
  ['Timestamp', ({ stateTime }) => stateTime?.toISOString()],
  ['Entity Type', ({ ref }) => enumName(wire.EntityState_EntityType, ref?.type ?? 0)],
  ['Resource Type', ({ resourceType }) => enumName(wire.EntityState_ResourceType, resourceType)],
  ['Name', ({ ref }) => ref?.name],
  ['Status', ({ status }) => enumName(wire.EntityState_Status, status)],
  ['Message', ({ message }) => message],
];

const plainLine = (state: wire.EntityState): string =>
  columns
    .map(([, cell]) => cell(state))
    .filter((cell) => cell !== undefined && cell !== '')
    .join(' ');

async function keepShowing(context: ProjectContext, request: wire.GetEntityStateRequest): Promise<void> {
  const { api, format, formatGiven, io } = context;
  // A table has no end here, so that one line for each change reads better as what a program can take in.
  const chosen = formatGiven ? format : 'json';
  let isFirst = true;
  for await (const answer of api.follow(service.getEntityState, request, io.signal)) {
    const { state } = answer.value;
    if (state === undefined) continue;
    const table = renderTable(columns, [state]);
    const text = {
      ...{ json: jsonOf(answer).json(), 'json-raw': jsonOf(answer)['json-raw']() },
      table: isFirst ? table : (table.split('\n')[1] ?? ''),
      plain: plainLine(state),
    }[chosen];
    io.stdout.write(`${text ?? ''}\n`);
    isFirst = false;
  }
  if (!io.signal.aborted) io.stdout.write(`${endOfData}\n`);
}

const monitorCommand = (kind: EntityKind, args?: string): ProjectCommand =>
  projectCommand({
    name: kind.name,
    ...(args === undefined ? {} : { args }),
    about: args === undefined ? 'the state of everything in the project' : `the state of each ${kind.name}`,
    details: 'With --follow, every change is shown as it comes; the format is then json unless given.',
    flags: [follow, watch],
    ...(kind.candidates === undefined ? {} : { candidates: kind.candidates }),
    async run(context) {
      const { api, args: given, flags } = context;
      const request = stateRequest(context, kind.type, given[0] ?? '', mask);
      if (flags.get(follow) || flags.get(watch)) {
        await keepShowing(context, request);
        return undefined;
      }
      const answer = await api.call(service.getLatestEntityStates, request);
      const { state } = answer.value;
      return {
        ...jsonOf(answer),
        table: () => renderTable(columns, state),
        plain: () => lines(state.map(plainLine)),
      };
    },
  });

export const monitor = group('monitor', 'see how what runs in your cloud is doing', [
  monitorCommand({ name: 'all', type: wire.EntityState_EntityType.ENTITY_TYPE_UNSPECIFIED }),
  ...entityKinds.map((kind) => monitorCommand(kind, '[name]')),
]);
