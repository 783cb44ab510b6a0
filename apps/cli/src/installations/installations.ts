import { installations as wire } from '@ccd/protocol';
import { projectCommand } from '../command/define.ts';
import { enumName } from '../output/enum-name.ts';
import { jsonOf, lines } from '../output/output.ts';
import type { Output } from '../output/output.ts';
import { renderTable } from '../output/table.ts';

const service = wire.InstallationsServiceService;

const showInstallations = (installations: readonly wire.Installation[]): Output => ({
  table: () =>
    renderTable<wire.Installation>(
      [
        ['Installation id', ({ id }) => id],
        ['Type', ({ installationType }) => enumName(wire.InstallationType, installationType)],
        ['Billing Account id', ({ billingAccountId }) => billingAccountId],
      ],
      installations,
    ),
  plain: () => lines(installations.map(({ id }) => id)),
});

export const listInstallations = projectCommand({
  name: 'installations',
  about: 'list the data planes of the organisation',
  async run({ api }) {
    const answer = await api.call(service.listInstallations, {});
    return { ...jsonOf(answer), ...showInstallations(answer.value.installations) };
  },
});

export const getInstallation = projectCommand({
  name: 'installation',
  args: '<id>',
  about: 'show one data plane',
  candidates: async ({ api }) =>
    (await api.call(service.listInstallations, {})).value.installations.map(({ id }) => id),
  async run({ api, args }) {
    const [installationId = ''] = args;
    const answer = await api.call(service.getInstallation, { installationId });
    const { installation } = answer.value;
    return { ...jsonOf(answer), ...showInstallations(installation === undefined ? [] : [installation]) };
  },
});
