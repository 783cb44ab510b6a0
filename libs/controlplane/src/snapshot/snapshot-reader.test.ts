import { describe, expect, it } from '@jest/globals';
import { entities } from '@ccd/protocol';
import { InvalidAnswerError } from '../errors.ts';
import { derivedStream, encodeStreams, metadataFor, sampleStream, uuidOf } from '../testing/samples.ts';
import { streamReader } from './item-readers.ts';
import { createSnapshotReader } from './snapshot-reader.ts';
import { toWholeAnswer } from './whole-answer.ts';

function read(bytes: Uint8Array, metadata: Readonly<Record<string, string>> = {}) {
  const source = { get: (key: string) => [metadata[key] ?? []].flat() };
  const answer = toWholeAnswer('GetStreams', { message: bytes, metadata: source }, undefined);
  return createSnapshotReader(streamReader)(answer);
}

const good = encodeStreams(sampleStream(1), sampleStream(2));

describe(createSnapshotReader, () => {
  it('takes revision and removals from the metadata, and the digest of the bytes', () => {
    const removed = [{ kind: 'stream', id: uuidOf(9) }];
    const metadata = metadataFor(good, 2, { removed });
    expect(read(good, metadata)).toMatchObject({
      revision: { epoch: 'e1', number: 7n },
      digest: metadata['ccd-digest'],
      removed,
      items: [{ key: { kind: 'stream', id: uuidOf(1) } }, { key: { kind: 'stream', id: uuidOf(2) } }],
    });
  });

  it.each([
    ['zero bytes where two items were announced', new Uint8Array(), metadataFor(good, 2)],
    [
      'an item less than was announced',
      encodeStreams(sampleStream(1)),
      metadataFor(encodeStreams(sampleStream(1)), 2),
    ],
    ['other bytes than were digested', encodeStreams(sampleStream(1), sampleStream(3)), metadataFor(good, 2)],
    ['malformed metadata', good, { ...metadataFor(good, 2), 'ccd-count': 'two' }],
    ['bytes that end within an item', good.subarray(0, good.length - 3), {}],
    ['a zero tag, at which a decoder would stop without a word', Buffer.concat([good, Buffer.alloc(4)]), {}],
    ['an item that is no message', Uint8Array.of(0x08, 0x01), {}],
  ])('discards %s', (_, bytes, metadata) => {
    expect(() => read(bytes, metadata)).toThrow(InvalidAnswerError);
  });

  it('skips fields of a newer server', () => {
    expect(read(Buffer.concat([good, Uint8Array.of(0x7a, 0x01, 0x41)])).items).toHaveLength(2);
  });

  it('gives an answer of a foreign server no revision, and one digest whatever its order', () => {
    const turned = read(encodeStreams(sampleStream(2), sampleStream(1)));
    expect(turned).not.toHaveProperty('revision');
    expect(turned.digest).toBe(read(good).digest);
    expect(read(encodeStreams(sampleStream(1))).digest).not.toBe(turned.digest);
  });

  it('reads an empty answer that is announced as one', () => {
    const empty = new Uint8Array();
    expect(read(empty, metadataFor(empty, 0))).toMatchObject({ items: [] });
  });

  it('tells a stream from its key stream, which share the uuid', () => {
    const keys = sampleStream(1, { topic: `keys-${uuidOf(1)}`, keyStream: true });
    const { items, rejected } = read(encodeStreams(sampleStream(1), keys));
    expect(items.map(({ key }) => key.kind)).toEqual(['stream', 'key-stream']);
    expect(rejected).toBeUndefined();
  });

  it.each([
    ['a name with a line break', sampleStream(1, {}, { ref: entities.StreamRef.create({ name: 'a\nb' }) })],
    ['a topic that is a path', sampleStream(1, { topic: '../../etc/passwd' })],
    ['a topic of another stream', sampleStream(1, { topic: `stream-${uuidOf(1)}0` })],
    ['no stream in it', sampleStream(1, { stream: undefined })],
    ['an unknown consent type', derivedStream(1, { consentLevelType: 99 as entities.ConsentLevelType })],
    ['no consent level', derivedStream(1, { consentLevels: [] })],
    [
      '51 consent levels',
      derivedStream(1, { consentLevels: Array.from({ length: 51 }, (_, level) => level) }),
    ],
    ['a negative consent level', derivedStream(1, { consentLevels: [-1] })],
    ['an upper-case uuid', sampleStream(1, { uuid: uuidOf(1).toUpperCase() })],
  ])('rejects an item with %s, keeps what it names and goes on', (_, bad) => {
    const { items, rejected } = read(encodeStreams(bad, sampleStream(2)));
    expect(items.map(({ key }) => key.id)).toEqual([uuidOf(2)]);
    expect(rejected?.map(({ key }) => key)).toContainEqual({ kind: 'stream', id: uuidOf(1) });
  });

  it('rejects under every key that an item may stand for', () => {
    const mixed = sampleStream(1, { topic: `keys-${uuidOf(3)}` });
    expect(
      read(encodeStreams(mixed))
        .rejected?.map(({ key: { kind, id } }) => `${kind}/${id}`)
        .sort(),
    ).toEqual([
      `key-stream/${uuidOf(1)}`,
      `key-stream/${uuidOf(3)}`,
      `stream/${uuidOf(1)}`,
      `stream/${uuidOf(3)}`,
    ]);
  });

  it('says of an item without a usable name that it may be any', () => {
    const hostile = sampleStream(1, { uuid: '../../x', topic: 'stream-../../x' });
    expect(read(encodeStreams(hostile)).rejected).toEqual([
      { key: { kind: 'stream', id: '' }, message: 'uuid is not a lower-case UUID' },
    ]);
  });

  it('says of an item whose names belong to a usable one that it may be any', () => {
    const imposter = sampleStream(1, { uuid: 'x' });
    const { items, rejected } = read(encodeStreams(sampleStream(1), imposter));
    expect(items).toHaveLength(1);
    expect(rejected?.map(({ key }) => key.id)).toEqual(['']);
  });

  it('rejects both items of one uuid', () => {
    const other = sampleStream(1, {}, { enabled: false });
    const { items, rejected } = read(encodeStreams(sampleStream(1), other, sampleStream(2)));
    expect(items.map(({ key }) => key.id)).toEqual([uuidOf(2)]);
    expect(rejected?.map(({ key }) => key)).toEqual([{ kind: 'stream', id: uuidOf(1) }]);
  });

  it('never repeats a value of the answer', () => {
    const name = 'person@example.com\u0000';
    const { rejected } = read(
      encodeStreams(sampleStream(1, {}, { ref: entities.StreamRef.create({ name }) })),
    );
    expect(JSON.stringify(rejected)).not.toContain('example.com');
  });
});
