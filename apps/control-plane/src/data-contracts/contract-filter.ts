import { entities } from '@ccd/protocol';
import type { dataContracts } from '@ccd/protocol';
import type { StoredContract } from './contract-store.ts';

const { FilterPublicPrivate } = entities;

/** Whether a contract passes every filter of the request that is set. */
export function matchesFilter(
  { ref, isPublic, content }: StoredContract,
  request: dataContracts.ListDataContractsRequest,
): boolean {
  const [handle, name] = ref.split('/');
  const { metadata } = content;
  const has = (given: readonly string[], wanted: readonly string[]): boolean =>
    wanted.every((each) => given.includes(each));
  return (
    (request.handle === '' || request.handle === handle) &&
    (request.name === '' || request.name === name) &&
    (request.publicPrivate !== FilterPublicPrivate.ONLY_PUBLIC || isPublic) &&
    (request.publicPrivate !== FilterPublicPrivate.ONLY_PRIVATE || !isPublic) &&
    request.labels.every((wanted) => metadata?.labels.some((label) => isLabel(label, wanted)) ?? false) &&
    has(metadata?.domains ?? [], request.domains) &&
    has(metadata?.industries ?? [], request.industries) &&
    matchesText(ref, content, request.filter)
  );
}

/** Every label of that key where no value is asked for. */
function isLabel(label: entities.Label, wanted: entities.Label): boolean {
  return label.key === wanted.key && (wanted.value === '' || label.value === wanted.value);
}

/** Each word of the filter stands somewhere in what describes the contract, in upper or lower case. */
function matchesText(ref: string, { metadata, ...content }: entities.DataContract, filter: string): boolean {
  const text = [
    ref,
    metadata?.title ?? '',
    metadata?.description ?? '',
    content.keyField,
    ...content.fieldMetadata.map(({ fieldName }) => fieldName),
    ...(metadata?.labels.flatMap(({ key, value }) => [key, value]) ?? []),
    ...(metadata?.domains ?? []),
    ...(metadata?.industries ?? []),
  ]
    .join('\n')
    .toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
