import type { ContractDefinition, ContractRef } from '@ccd/contracts';
import { dataContracts, entities, schemas } from '@ccd/protocol';
import { formatRef, toContract } from '../convert/contract.ts';
import { InvalidFieldError, isContractRef, requireDocument, requireMessage } from '../convert/fields.ts';
import type { GrpcCaller } from '../transport/grpc-caller.ts';
import { ask, orUndefined } from './ask.ts';

/** The contract with its schema and schema id; undefined for a reference that nobody knows, or that is none. */
export async function fetchContract(
  caller: GrpcCaller,
  ref: ContractRef,
  signal: AbortSignal,
): Promise<ContractDefinition | undefined> {
  if (!isContractRef(ref)) return undefined;
  const [handle = '', name = '', version = ''] = ref.split('/');
  const { getDataContract } = dataContracts.DataContractsServiceService;
  const request = dataContracts.GetDataContractRequest.create({ ref: { handle, name, version } });
  const contract = await orUndefined(
    ask(caller, getDataContract, request, signal, ({ dataContract }) =>
      requireMessage(dataContract, 'data_contract'),
    ),
  );
  if (contract === undefined) return undefined;

  // The schema of a contract goes by the contract's own reference, unless it names another.
  const schemaRef = entities.SchemaRef.create(contract.schema?.ref ?? { handle, name, version });
  const { getSchema } = schemas.SchemasServiceService;
  return ask(caller, getSchema, schemas.GetSchemaRequest.create({ ref: schemaRef }), signal, (answer) => {
    const schema = requireMessage(answer.schema, 'schema');
    const own = contract.schema;
    if (own !== undefined && own.definition !== '' && own.definition !== schema.definition) {
      throw new InvalidFieldError('schema', `of ${formatRef(schemaRef)} is not the one in the contract`);
    }
    return toContract(ref, { ...contract, schema }, answer.confluentId);
  });
}

/** The text of the schema behind a `confluent_id`. */
export async function fetchSchema(
  caller: GrpcCaller,
  schemaId: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (!Number.isInteger(schemaId) || schemaId < 1 || schemaId > 2_147_483_647) return undefined;
  const { getDataContractSchemaDefinition } = dataContracts.DataContractsServiceService;
  const request = dataContracts.GetDataContractSchemaDefinitionRequest.create({ confluentId: schemaId });
  return orUndefined(
    ask(caller, getDataContractSchemaDefinition, request, signal, ({ definition }) =>
      requireDocument(definition, 'definition', 4_000_000),
    ),
  );
}
