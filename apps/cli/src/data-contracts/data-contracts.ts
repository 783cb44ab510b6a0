import { dataContracts as wire, entities } from '@ccd/protocol';
import type { ProjectContext } from '../command/command.ts';
import { projectCommand } from '../command/define.ts';
import { enumName } from '../output/enum-name.ts';
import { jsonOf, lines, sentence } from '../output/output.ts';
import type { Output } from '../output/output.ts';
import { renderTable } from '../output/table.ts';
import type { Column } from '../output/table.ts';
import { fromContractRef, toContractRef } from './contract-ref.ts';

const service = wire.DataContractsServiceService;

type Contract = entities.DataContract;

const columns: readonly Column<Contract>[] = [
  ['Data Contract', ({ ref }) => fromContractRef(ref)],
  ['State', ({ state }) => enumName(entities.DataContract_State, state)],
  ['Public', ({ isPublic }) => isPublic],
  ['Key Field', ({ keyField }) => keyField],
  [
    '# PII Fields',
    ({ fieldMetadata }) => fieldMetadata.filter((field) => field.personalDataConfig?.isPii === true).length,
  ],
  ['# Validations', ({ validations }) => validations.length],
];

export const showContracts = (contracts: readonly Contract[]): Output => ({
  table: () => renderTable(columns, contracts),
  plain: () => lines(contracts.map(({ ref }) => fromContractRef(ref))),
});

const fetchAll = ({ api, project }: ProjectContext) =>
  api.call(service.listDataContracts, wire.ListDataContractsRequest.create({ projectId: project.id }));

const contractsOf = ({ dataContractsAndChecksums }: wire.ListDataContractsResponse): readonly Contract[] =>
  dataContractsAndChecksums.flatMap(({ dataContract }) => dataContract ?? []);

/** The refs of the contracts that the project sees, for the shell. */
export const contractRefs = async (context: ProjectContext): Promise<readonly string[]> =>
  contractsOf((await fetchAll(context)).value).map(({ ref }) => fromContractRef(ref));

export const listDataContracts = projectCommand({
  name: 'data-contracts',
  about: 'list the data contracts of the project, and the public ones',
  async run(context) {
    const answer = await fetchAll(context);
    return { ...jsonOf(answer), ...showContracts(contractsOf(answer.value)) };
  },
});

export const getDataContract = projectCommand({
  name: 'data-contract',
  args: '<ref>',
  about: 'show one data contract with its schema',
  examples: ['get data-contract strmprivacy/example/1.5.0 -o json'],
  candidates: contractRefs,
  async run({ api, args }) {
    const [ref = ''] = args;
    const answer = await api.call(
      service.getDataContract,
      wire.GetDataContractRequest.create({ ref: toContractRef(ref) }),
    );
    const { dataContract } = answer.value;
    return { ...jsonOf(answer), ...showContracts(dataContract === undefined ? [] : [dataContract]) };
  },
});

export const deleteDataContract = projectCommand({
  name: 'data-contract',
  args: '<ref>',
  about: 'delete a data contract that is a draft or in review',
  candidates: contractRefs,
  async run({ api, args, project }) {
    const [ref = ''] = args;
    const answer = await api.call(
      service.deleteDataContract,
      wire.DeleteDataContractRequest.create({
        dataContractRef: toContractRef(ref),
        projectId: project.id,
      }),
    );
    return { ...jsonOf(answer), ...sentence('Data Contract has been deleted') };
  },
});
