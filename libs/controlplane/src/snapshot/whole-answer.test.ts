import { describe, expect, it } from '@jest/globals';
import { conditionalKeys, writeUnchanged } from '../conditional-answer.ts';
import { InvalidAnswerError } from '../errors.ts';
import { readSnapshotMetadata } from '../snapshot-metadata.ts';
import { encodeStreams, metadataFor, sampleStream, uuidOf } from '../testing/samples.ts';
import { toWholeAnswer } from './whole-answer.ts';
import type { WholeAnswer } from './whole-answer.ts';

type Entries = Readonly<Record<string, string>>;
const empty = new Uint8Array();
const two = encodeStreams(sampleStream(1), sampleStream(2));
const removed = [{ kind: 'stream', id: uuidOf(9) }];

const source = (entries: Entries) => ({ get: (key: string) => [entries[key] ?? []].flat() });
const receive = (message: Uint8Array, entries: Entries, kept?: WholeAnswer) =>
  toWholeAnswer('GetStreams', { message, metadata: source(entries) }, kept);
const without = (entries: Entries, ...keys: readonly string[]): Entries =>
  Object.fromEntries(Object.entries(entries).filter(([key]) => !keys.includes(key)));

const described = metadataFor(two, 2, { removed });
const kept = receive(two, described);
const foreign = receive(two, {});
const unchangedBeside = (entries: Entries): Entries => {
  const metadata = readSnapshotMetadata(source(entries));
  if (metadata === undefined) throw new Error('no metadata');
  return writeUnchanged(metadata);
};
const unchanged = unchangedBeside(described);

describe(toWholeAnswer, () => {
  it('takes an empty message for the answer that was named, its removals included, where all beside it says so', () => {
    expect(receive(empty, unchanged, kept)).toBe(kept);
    expect(kept.metadata?.removed).toEqual(removed);
  });

  it.each<[string, Uint8Array, Entries, WholeAnswer | undefined]>([
    ['that nobody asked for', empty, unchanged, undefined],
    ['where the answer before came without a revision, so that none was named', empty, unchanged, foreign],
    ['with a message', two, unchanged, kept],
    ['with a message that was not named', two, { ...described, ...unchanged }, undefined],
    ['since another revision', empty, { ...unchanged, [conditionalKeys.unchangedSince]: 'e1/6' }, kept],
    [
      'since a later revision',
      empty,
      unchangedBeside(metadataFor(two, 2, { revision: { epoch: 'e1', number: 8n } })),
      kept,
    ],
    [
      'since the number of another epoch',
      empty,
      unchangedBeside(metadataFor(two, 2, { revision: { epoch: 'e2', number: 7n } })),
      kept,
    ],
    ['of another content', empty, unchangedBeside(metadataFor(encodeStreams(sampleStream(3)), 2)), kept],
    ['of another count', empty, { ...unchanged, 'ccd-count': '0' }, kept],
    [
      'without what it stands for',
      empty,
      without(unchanged, 'ccd-revision', 'ccd-count', 'ccd-digest'),
      kept,
    ],
    ['that is malformed', empty, { ...unchanged, [conditionalKeys.unchangedSince]: 'yes' }, kept],
  ])('discards "unchanged" %s', (_, message, entries, before) => {
    expect(() => receive(message, entries, before)).toThrow(InvalidAnswerError);
  });

  it.each<[string, Entries]>([
    ['the mark of the condition', without(unchanged, conditionalKeys.unchangedSince)],
    ['all metadata', {}],
  ])('discards "unchanged" that lost %s on its way, rather than read it as an empty list', (_, entries) => {
    expect(() => receive(empty, entries, kept)).toThrow(InvalidAnswerError);
  });

  it('reads a list that has become empty since the answer that was named', () => {
    const entries = metadataFor(empty, 0, { revision: { epoch: 'e1', number: 8n } });
    expect(receive(empty, entries, kept)).toMatchObject({ parts: [], metadata: { count: 0 } });
  });

  it('reads the full answer of a server that passes over the condition', () => {
    const other = encodeStreams(sampleStream(3));
    expect(receive(other, {}, kept)).toMatchObject({ parts: [{}] });
    expect(receive(other, {}, kept)).not.toHaveProperty('metadata');
  });

  it('takes the metadata of a full answer even where its content is known', () => {
    const later = metadataFor(two, 2, { revision: { epoch: 'e1', number: 8n }, removed: [] });
    const answer = receive(two, later, kept);
    expect(answer.metadata).toMatchObject({ revision: { number: 8n }, removed: [] });
    expect(answer.parts).toBe(kept.parts);
  });

  it('reads the same answer of a foreign server once', () => {
    expect(receive(two, {}, foreign)).toBe(foreign);
  });
});
