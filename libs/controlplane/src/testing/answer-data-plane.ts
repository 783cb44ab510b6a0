import type { ContractDefinition } from '@ccd/contracts';
import { dataContracts, entities, schemas, streams } from '@ccd/protocol';
import { formatRef } from '../convert/contract.ts';
import { sampleStream } from './samples.ts';
import { toErrorReply, toReply } from './stand-in-server.ts';
import type { StandInServer, WireReply } from './stand-in-server.ts';

/** What a stand-in tells those who work on events. */
export interface DataPlaneAnswers {
  /** Undefined: no such contract. */
  readonly contract: (ref: string) => ContractDefinition | undefined;
  /** Undefined: no such schema. */
  readonly schemaById: (schemaId: number) => string | undefined;
  /** Numbers of sources by the client ids of their senders. */
  readonly senders: Readonly<Record<string, number>>;
}

const { getDataContract, getDataContractSchemaDefinition } = dataContracts.DataContractsServiceService;
const { getSchema } = schemas.SchemasServiceService;
const { listExtendedStreams } = streams.StreamsServiceService;
const notFound = toErrorReply(5);

/**
 * Lets a stand-in answer the questions of gateways, decrypters and exporters, checking nothing of what it is told to say.
 * @returns how often a contract was asked for, by its reference
 */
export function answerDataPlane(server: StandInServer, answers: DataPlaneAnswers): (ref: string) => number {
  const asked = new Map<string, number>();

  function contractReply(ref: string): WireReply {
    asked.set(ref, (asked.get(ref) ?? 0) + 1);
    const found = answers.contract(ref);
    if (found === undefined) return notFound;
    const dataContract = toMessage(found);
    return toReply(getDataContract.responseSerialize({ dataContract, checksum: '' }));
  }

  function schemaReply(ref: string): WireReply {
    const found = answers.contract(ref);
    if (found === undefined) return notFound;
    const { schemaId, schema } = found;
    const answer = schemas.GetSchemaResponse.create({
      schema: { definition: schema.definition },
      confluentId: schemaId,
    });
    return toReply(getSchema.responseSerialize(answer));
  }

  server.answerOthersWith((path, message) => {
    switch (path) {
      case getDataContract.path:
        return contractReply(refOf(getDataContract.requestDeserialize(message).ref));
      case getSchema.path:
        return schemaReply(refOf(getSchema.requestDeserialize(message).ref));
      case getDataContractSchemaDefinition.path: {
        const { confluentId } = getDataContractSchemaDefinition.requestDeserialize(message);
        const definition = answers.schemaById(confluentId);
        return definition === undefined
          ? notFound
          : toReply(getDataContractSchemaDefinition.responseSerialize({ definition }));
      }
      case listExtendedStreams.path: {
        const { clientIds } = listExtendedStreams.requestDeserialize(message);
        const extendedStreams = clientIds.flatMap((clientId) => {
          const number = answers.senders[clientId];
          const credentials = [entities.Credentials.create({ clientId })];
          return number === undefined ? [] : [sampleStream(number, {}, { credentials })];
        });
        return toReply(listExtendedStreams.responseSerialize({ extendedStreams }));
      }
      default:
        return undefined;
    }
  });
  return (ref) => asked.get(ref) ?? 0;
}

function refOf(ref: { handle: string; name: string; version: string } | undefined): string {
  if (ref === undefined) throw new TypeError('whoever asks says for what');
  return formatRef(entities.DataContractRef.create(ref));
}

function toMessage({ ref, keyField, fields, validations, dataSubjectField }: ContractDefinition) {
  const [handle = '', name = '', version = ''] = ref.split('/');
  return entities.DataContract.create({
    ref: { handle, name, version },
    state: entities.DataContract_State.ACTIVE,
    keyField,
    dataSubjectField: dataSubjectField ?? '',
    fieldMetadata: fields.map(({ fieldName, ...personalDataConfig }) => ({ fieldName, personalDataConfig })),
    validations: validations.map(({ field, regex }) => ({ field, type: 'regex', value: regex })),
  });
}
