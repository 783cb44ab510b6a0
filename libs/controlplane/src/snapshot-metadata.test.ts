import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MalformedMetadataError, readSnapshotMetadata, writeSnapshotMetadata } from './snapshot-metadata.ts';
import type { MetadataSource } from './snapshot-metadata.ts';

const digest = 'ab'.repeat(32);
const complete = { 'ccd-revision': 'e1/12', 'ccd-count': '3', 'ccd-digest': digest };

function from(entries: Readonly<Record<string, string | readonly string[]>>): MetadataSource {
  return { get: (key) => [entries[key] ?? []].flat() };
}

describe(readSnapshotMetadata, () => {
  it('reads what is there, removals included', () => {
    const removed = 'stream/a-1,key-stream/a-1';
    expect(readSnapshotMetadata(from({ ...complete, 'ccd-removed': removed }))).toEqual({
      revision: { epoch: 'e1', number: 12n },
      count: 3,
      digest,
      removed: [
        { kind: 'stream', id: 'a-1' },
        { kind: 'key-stream', id: 'a-1' },
      ],
    });
  });

  it('takes the absence of all of it for a foreign server', () => {
    expect(readSnapshotMetadata(from({ other: 'x' }))).toBeUndefined();
  });

  it.each([
    ['a part is missing', { 'ccd-revision': 'e1/12', 'ccd-count': '3' }],
    ['only removals are there', { 'ccd-removed': 'stream/a' }],
    ['a value stands twice', { ...complete, 'ccd-count': ['3', '4'] }],
    ['the number is negative', { ...complete, 'ccd-revision': 'e1/-1' }],
    ['the number is no uint64', { ...complete, 'ccd-revision': 'e1/18446744073709551616' }],
    ['the number has a leading zero', { ...complete, 'ccd-revision': 'e1/012' }],
    ['the epoch is empty', { ...complete, 'ccd-revision': '/12' }],
    ['the count is no number', { ...complete, 'ccd-count': '3x' }],
    ['the count is empty', { ...complete, 'ccd-count': '' }],
    ['the digest is too short', { ...complete, 'ccd-digest': digest.slice(2) }],
    ['the digest is in capitals', { ...complete, 'ccd-digest': digest.toUpperCase() }],
    ['a removal has no kind', { ...complete, 'ccd-removed': 'a' }],
    ['a removal is a path', { ...complete, 'ccd-removed': 'stream/../a' }],
    [
      'there are more than 100 removals',
      { ...complete, 'ccd-removed': Array(101).fill('stream/a').join(',') },
    ],
  ])('refuses metadata where %s', (_, entries) => {
    expect(() => readSnapshotMetadata(from(entries))).toThrow(MalformedMetadataError);
  });
});

describe(writeSnapshotMetadata, () => {
  it('writes what the reader reads', () => {
    const key = fc.record({
      kind: fc.constantFrom('stream', 'key-stream', 'data-connector', 'batch-exporter'),
      id: fc.uuid(),
    });
    const metadata = fc.record({
      revision: fc.record({ epoch: fc.uuid(), number: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
      count: fc.integer({ min: 0, max: 999_999_999 }),
      digest: fc.constant(digest),
      removed: fc.array(key, { maxLength: 100 }),
    });
    fc.assert(
      fc.property(metadata, (given) => {
        expect(readSnapshotMetadata(from(writeSnapshotMetadata(given)))).toEqual(given);
      }),
    );
  });

  it('refuses to write what nobody could read', () => {
    const removed = [{ kind: 'stream', id: 'a,b' }];
    expect(() =>
      writeSnapshotMetadata({ revision: { epoch: 'e', number: 1n }, count: 1, digest, removed }),
    ).toThrow(MalformedMetadataError);
  });
});
