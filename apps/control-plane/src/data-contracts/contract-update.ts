import type { ContractState } from '@ccd/contracts';
import { entities } from '@ccd/protocol';
import { invalidArgument } from '../rpc/status-error.ts';
import { requireChangeable } from './contract-states.ts';

type Change = (current: entities.DataContract, wanted: entities.DataContract) => entities.DataContract;

/** What each path of an update mask changes. */
const changes: Readonly<Record<string, Change>> = {
  is_public: (current, { isPublic }) => ({ ...current, isPublic }),
  key_field: (current, { keyField }) => ({ ...current, keyField }),
  data_subject_field: (current, { dataSubjectField }) => ({ ...current, dataSubjectField }),
  validations: (current, { validations }) => ({ ...current, validations }),
  field_metadata: (current, { fieldMetadata }) => ({ ...current, ...noPiiFields, fieldMetadata }),
  // Without metadata the older form counts.
  pii_fields: (current, wanted) => ({ ...current, ...piiFieldsOf(wanted), fieldMetadata: [] }),
  schema: (current, { schema }) => ({ ...current, schema }),
  metadata: (current, { metadata }) => ({ ...current, metadata }),
  'metadata.title': changeMetadata(({ title }) => ({ title })),
  'metadata.description': changeMetadata(({ description }) => ({ description })),
  'metadata.labels': changeMetadata(({ labels }) => ({ labels })),
  'metadata.domains': changeMetadata(({ domains }) => ({ domains })),
  'metadata.industries': changeMetadata(({ industries }) => ({ industries })),
};

const everything = [
  'is_public',
  'key_field',
  'data_subject_field',
  'validations',
  'field_metadata',
  'schema',
  'metadata',
];

/**
 * The contract with what the mask names taken over; all of it where there is no mask.
 * @throws StatusError INVALID_ARGUMENT, FAILED_PRECONDITION for more than metadata from the approval on
 */
export function applyUpdate(
  ref: string,
  state: ContractState,
  current: entities.DataContract,
  wanted: entities.DataContract,
  mask: readonly string[],
): entities.DataContract {
  const paths = mask.length === 0 ? maskOf(wanted) : mask.map(normalise);
  if (!paths.every((path) => path.startsWith('metadata'))) {
    requireChangeable(ref, state, 'be changed beyond its metadata');
  }
  return paths.reduce((changed, path) => {
    const change = changes[path];
    if (change === undefined) {
      throw invalidArgument(
        `update_mask names '${path}'; what can be changed is ${Object.keys(changes).join(', ')}`,
      );
    }
    return change(changed, wanted);
  }, current);
}

/** Without metadata of fields, personal fields are meant to be in their older form. */
function maskOf({ fieldMetadata }: entities.DataContract): readonly string[] {
  return fieldMetadata.length > 0
    ? everything
    : everything.map((path) => (path === 'field_metadata' ? 'pii_fields' : path));
}

/** `keyField` and `schema.definition` name `key_field` and the whole schema, which is checked as one. */
function normalise(path: string): string {
  const snake = path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return snake.startsWith('schema.') ? 'schema' : snake;
}

function changeMetadata(
  part: (metadata: entities.DataContractMetadata) => Partial<entities.DataContractMetadata>,
): Change {
  return (current, wanted) => ({
    ...current,
    metadata: entities.DataContractMetadata.create({
      ...current.metadata,
      ...part(entities.DataContractMetadata.create(wanted.metadata ?? {})),
    }),
  });
}

interface PiiFields {
  readonly piiFields: { [field: string]: number };
}

const noPiiFields: PiiFields = { piiFields: {} };

function piiFieldsOf(contract: PiiFields): PiiFields {
  return { piiFields: contract.piiFields };
}
