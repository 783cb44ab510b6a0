import { dataContracts as wire } from '@ccd/protocol';
import type { entities } from '@ccd/protocol';
import type { Answer, Api } from '../api/api.ts';
import type { ProjectCommand } from '../command/command.ts';
import { projectCommand } from '../command/define.ts';
import { jsonOf } from '../output/output.ts';
import { toContractRef } from './contract-ref.ts';
import { contractRefs } from './data-contracts.ts';

const service = wire.DataContractsServiceService;

type Step = (api: Api, dataContractRef: entities.DataContractRef) => Promise<Answer<unknown>>;

/** A step of a contract's life; nothing is said when it succeeds. */
const step = (about: string, take: Step): ProjectCommand =>
  projectCommand({
    name: 'data-contract',
    args: '<ref>',
    about,
    candidates: contractRefs,
    async run({ api, args }) {
      const [ref = ''] = args;
      const answer = await take(api, toContractRef(ref));
      return jsonOf(answer);
    },
  });

export const reviewDataContract = step('ask for the review of a draft', (api, dataContractRef) =>
  api.call(service.reviewDataContract, wire.ReviewDataContractRequest.create({ dataContractRef })),
);

export const approveDataContract = step('approve a contract that is in review', (api, dataContractRef) =>
  api.call(service.approveDataContract, wire.ApproveDataContractRequest.create({ dataContractRef })),
);

export const activateDataContract = step(
  'let events in under an approved or archived contract',
  (api, dataContractRef) =>
    api.call(service.activateDataContract, wire.ActivateDataContractRequest.create({ dataContractRef })),
);

export const archiveDataContract = step(
  'let no more events in under an active contract',
  (api, dataContractRef) =>
    api.call(service.archiveDataContract, wire.ArchiveDataContractRequest.create({ dataContractRef })),
);
