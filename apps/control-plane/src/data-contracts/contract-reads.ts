import { completeSimpleSchema, parseContractRef } from '@ccd/contracts';
import { dataContracts } from '@ccd/protocol';
import type { ServiceContext } from '../context.ts';
import { organizationOf, requireProject } from '../projects/project-access.ts';
import type { Handlers } from '../rpc/handlers.ts';
import { invalidArgument, notFound } from '../rpc/status-error.ts';
import { maySeeContract, requireContract } from './contract-access.ts';
import { withDefinitionErrors } from './contract-content.ts';
import { matchesFilter } from './contract-filter.ts';
import { checksumOf, toContractMessage } from './contract-messages.ts';
import { contractsForProject, findContractByConfluentId } from './contract-store.ts';
import type { StoredContract } from './contract-store.ts';
import { findMaskingProblems } from './masking.ts';
import type { MaskingProblem } from './masking.ts';
import { fromSimpleSchema, toSimpleSchema } from './simple-schemas.ts';

/** The calls that change nothing. */
export function contractReads({
  database,
}: Pick<ServiceContext, 'database'>): Handlers<typeof dataContracts.DataContractsServiceService> {
  return {
    async listDataContracts(request, { principal }) {
      const project = await requireProject(database, principal, request.projectId);
      const contracts: StoredContract[] = [];
      for (const contract of await contractsForProject(database, project.id)) {
        if (!matchesFilter(contract, request)) continue;
        if (await maySeeContract(database, principal, contract)) contracts.push(contract);
      }
      const messages = contracts.map(toContractMessage);
      // The older list is the one that the command line reads.
      return dataContracts.ListDataContractsResponse.create({
        ...{ dataContracts: messages },
        dataContractsAndChecksums: contracts.map((contract, index) => ({
          dataContract: messages[index],
          checksum: checksumOf(contract),
        })),
      });
    },

    async getDataContract(selector, { principal }) {
      const contract = await requireContract(database, principal, selector);
      return { dataContract: toContractMessage(contract), checksum: checksumOf(contract) };
    },

    async getDataContractSchemaDefinition({ confluentId }, { principal }) {
      const contract = await findContractByConfluentId(database, confluentId);
      if (contract === undefined || !(await maySeeContract(database, principal, contract))) {
        throw notFound('Schema', confluentId.toString());
      }
      return { definition: contract.content.schema?.definition ?? '' };
    },

    async validateDataContractsMaskedFields({ maskedFields }, { principal }) {
      if (maskedFields === undefined) throw invalidArgument('masked_fields is required');
      const problems = await findMaskingProblems(database, organizationOf(principal), maskedFields);
      return { errors: problems.map(toMaskingError) };
    },

    async simpleSchemaDryRun({ simpleSchemaDefinition }) {
      if (simpleSchemaDefinition === undefined) throw invalidArgument('simple_schema_definition is required');
      const completed = withDefinitionErrors(() =>
        completeSimpleSchema(toSimpleSchema(simpleSchemaDefinition), unnamed),
      );
      // Its default depends on the contract, of which a dry run knows nothing.
      const { namespace } = simpleSchemaDefinition;
      return { simpleSchemaDefinition: { ...fromSimpleSchema(completed), namespace } };
    },
  };
}

const unnamed = { handle: 'handle', name: 'name', version: '0.0.0' };

function toMaskingError({
  ref,
  contract,
  fields,
}: MaskingProblem): dataContracts.ValidateDataContractsMaskedFieldsResponse_Error {
  return {
    id: contract?.id ?? '',
    dataContractRef: parseContractRef(ref),
    message:
      contract === undefined
        ? `Data contract '${ref}' does not exist`
        : `Fields of data contract '${ref}' cannot be masked`,
    errors: [...fields],
  };
}
