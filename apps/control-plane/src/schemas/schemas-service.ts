import { schemas } from '@ccd/protocol';
import type { ServiceContext } from '../context.ts';
import { requireContract } from '../data-contracts/contract-access.ts';
import { checksumOf, toSchemaMessage } from '../data-contracts/contract-messages.ts';
import type { Implementation } from '../rpc/handlers.ts';
import { implement } from '../rpc/handlers.ts';

/** The schemas of data contracts, by the references of these. */
export function createSchemasService({ database }: Pick<ServiceContext, 'database'>): Implementation {
  return implement(schemas.SchemasServiceService, {
    async getSchema({ ref }, { principal }) {
      const contract = await requireContract(database, principal, { id: '', ref });
      return {
        schema: toSchemaMessage(contract),
        confluentId: contract.confluentId,
        checksum: checksumOf(contract),
      };
    },
  });
}
