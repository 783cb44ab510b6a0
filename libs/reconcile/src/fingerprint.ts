import { createHash } from 'node:crypto';
import { perObject } from './per-object.ts';
import { sortByKey } from './resource-key.ts';
import type { DesiredSnapshot, Revision } from './types.ts';

const fingerprintOf = perObject((items: DesiredSnapshot<unknown>['items']): string => {
  const digest = createHash('sha256');
  for (const { key, hash } of sortByKey(items, [])) {
    digest.update(JSON.stringify([key.kind, key.id, hash]));
  }
  return digest.digest('hex');
});

/** SHA-256, in hex, over the keys and hashes of the items, in an order of its own: equal for equal desires. */
export const fingerprintItems = ({ items }: DesiredSnapshot<unknown>): string => fingerprintOf(items);

/** SHA-256, in hex, over everything that tells one stored snapshot from another. */
export function fingerprintSnapshot(snapshot: DesiredSnapshot<unknown>): string {
  const { revision, digest, removed, rejected = [] } = snapshot;
  return createHash('sha256')
    .update(
      JSON.stringify([
        revision === undefined ? null : formatRevision(revision),
        digest ?? null,
        fingerprintItems(snapshot),
        removed.map(({ kind, id }) => [kind, id]),
        rejected.map(({ key: { kind, id } }) => [kind, id]),
      ]),
    )
    .digest('hex');
}

/**
 * The revision by which a person can release an answer. An answer of a foreign server has none, so that its content
 * stands in: `<fingerprint>/0`.
 */
export function revisionOf(snapshot: DesiredSnapshot<unknown>): Revision {
  return snapshot.revision ?? { epoch: fingerprintItems(snapshot), number: 0n };
}

/** `<epoch>/<number>`, the form in which people and documents name a revision. */
export function formatRevision({ epoch, number }: Revision): string {
  return `${epoch}/${number.toString()}`;
}

/** The opposite of `formatRevision`; undefined for any other text. */
export function parseRevision(text: string): Revision | undefined {
  const groups = /^\s*(?<epoch>\S+)\/(?<number>\d{1,20})\s*$/.exec(text)?.groups;
  const [epoch, number] = [groups?.['epoch'], groups?.['number']];
  return epoch === undefined || number === undefined ? undefined : { epoch, number: BigInt(number) };
}

export function isSameRevision(a: Revision, b: Revision): boolean {
  return a.epoch === b.epoch && a.number === b.number;
}
