import { entities, purposeMapping as wire } from '@ccd/protocol';
import { UsageError } from '../cli-error.ts';
import { projectCommand } from '../command/define.ts';
import { text } from '../command/flag.ts';
import { jsonOf, lines } from '../output/output.ts';
import type { Output } from '../output/output.ts';
import { renderTable } from '../output/table.ts';

const service = wire.PurposeMappingServiceService;
const description = text('--description <text>', 'what the purpose covers', '');

function showMappings(mappings: readonly entities.PurposeMapping[]): Output {
  const sorted = [...mappings].sort((a, b) => a.level - b.level);
  return {
    table: () =>
      renderTable<entities.PurposeMapping>(
        [
          ['Purpose', ({ purpose }) => purpose],
          ['Value', ({ level }) => level],
          ['Description', ({ description: about }) => about],
        ],
        sorted,
      ),
    plain: () => lines(sorted.map(({ purpose }) => purpose)),
  };
}

export const listPurposeMappings = projectCommand({
  name: 'purpose-mappings',
  about: 'list what the purpose levels stand for',
  async run({ api }) {
    const answer = await api.call(service.listPurposeMappings, {});
    return { ...jsonOf(answer), ...showMappings(answer.value.purposeMappings) };
  },
});

export const getPurposeMapping = projectCommand({
  name: 'purpose-mapping',
  args: '<level>',
  about: 'show what a purpose level stands for',
  async run({ api, args }) {
    const [level = ''] = args;
    if (!/^\d+$/.test(level))
      throw new UsageError(`${JSON.stringify(level)} is not a level; give a whole number`);
    const answer = await api.call(service.getPurposeMapping, { level: Number(level) });
    const { purposeMapping } = answer.value;
    return { ...jsonOf(answer), ...showMappings(purposeMapping === undefined ? [] : [purposeMapping]) };
  },
});

export const createPurposeMapping = projectCommand({
  name: 'purpose-mapping',
  args: '<purpose>',
  about: 'give the next purpose level a meaning',
  flags: [description],
  async run({ api, args, flags }) {
    const [purpose = ''] = args;
    const answer = await api.call(service.createPurposeMapping, {
      purposeMapping: entities.PurposeMapping.create({ purpose, description: flags.get(description) }),
    });
    const { purposeMapping } = answer.value;
    return { ...jsonOf(answer), ...showMappings(purposeMapping === undefined ? [] : [purposeMapping]) };
  },
});
