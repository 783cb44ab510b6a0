import { readComponentMessage } from '@ccd/controlplane';
import { installations as wire } from '@ccd/protocol';
import { projectCommand } from '../command/define.ts';
import { enumName } from '../output/enum-name.ts';
import { jsonOf, lines } from '../output/output.ts';
import { renderTable } from '../output/table.ts';
import type { Column } from '../output/table.ts';

interface Row {
  readonly component: string;
  readonly instance: string;
  readonly version: string | undefined;
  readonly state: string;
  readonly reported: string | undefined;
  readonly message: string;
}

const columns: readonly Column<Row>[] = [
  ['Component', ({ component }) => component],
  ['Instance', ({ instance }) => instance],
  ['Version', ({ version }) => version],
  ['State', ({ state }) => state],
  ['Reported', ({ reported }) => reported],
  ['Message', ({ message }) => message],
];

const toRows = ({ componentType, instances }: wire.InstalledComponentsCurrentState): readonly Row[] =>
  instances.map(({ id, state }) => {
    const { version, message } = readComponentMessage(state?.message ?? '');
    return {
      component: enumName(wire.InstalledComponentType, componentType),
      instance: id,
      version,
      state: enumName(wire.InstalledComponentStateType, state?.stateType ?? 0),
      reported: state?.stateTime?.toISOString(),
      message,
    };
  });

export const listInstalledComponents = projectCommand({
  name: 'installed-components',
  args: '<installation>',
  about: 'list what runs in a data plane, in which version, and how it is',
  details:
    'What said nothing for some minutes is not listed. The id of a data plane stands in: strm list installations',
  candidates: async ({ api }) =>
    (await api.call(wire.InstallationsServiceService.listInstallations, {})).value.installations.map(
      ({ id }) => id,
    ),
  async run({ api, args }) {
    const [installationId = ''] = args;
    const { listInstalledComponentsCurrentStates } = wire.InstalledComponentsServiceService;
    const answer = await api.call(listInstalledComponentsCurrentStates, { installationId });
    const rows = answer.value.installedComponents.flatMap(toRows);
    return {
      ...jsonOf(answer),
      table: () => renderTable(columns, rows),
      plain: () => lines(rows.map(({ instance }) => instance)),
    };
  },
});
