import { monitoring as wire } from '@ccd/protocol';
import type { ProjectCommand } from '../command/command.ts';
import { group, projectCommand } from '../command/define.ts';
import { toggle } from '../command/flag.ts';
import { lines } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import { endOfData, entityKinds, stateRequest } from './entity-kinds.ts';
import type { EntityKind } from './entity-kinds.ts';

const service = wire.MonitoringServiceService;
const mask = ['logs'];
const follow = toggle('--follow', 'keep showing lines until stopped');

const logsCommand = (kind: EntityKind): ProjectCommand =>
  projectCommand({
    name: kind.name,
    args: '<name>',
    about: `the log of a ${kind.name}`,
    flags: [follow],
    formats: ['plain'],
    ...(kind.candidates === undefined ? {} : { candidates: kind.candidates }),
    async run(context) {
      const { api, args, flags, io } = context;
      const request = stateRequest(context, kind.type, args[0] ?? '', mask);
      if (!flags.get(follow)) {
        const { value } = await api.call(service.getLatestEntityStates, request);
        return { plain: () => lines(value.state.flatMap(({ logs }) => logs)) };
      }
      for await (const { value } of api.follow(service.getEntityState, request, io.signal)) {
        for (const line of value.state?.logs ?? []) io.stdout.write(`${printable(line)}\n`);
      }
      if (!io.signal.aborted) io.stdout.write(`${endOfData}\n`);
      return undefined;
    },
  });

export const logs = group('logs', 'read what a part of the data plane wrote', entityKinds.map(logsCommand));
