import { describe, expect, it } from '@jest/globals';
import { Metadata } from '@grpc/grpc-js';
import { agents } from '@ccd/protocol';
import fc from 'fast-check';
import { conditionalKeys, isStill, readKnownAnswer, writeUnchanged } from '../conditional-answer.ts';
import { InvalidAnswerError } from '../errors.ts';
import { streamReader } from '../snapshot/item-readers.ts';
import { createSnapshotReader } from '../snapshot/snapshot-reader.ts';
import { toWholeAnswer } from '../snapshot/whole-answer.ts';
import type { RawAnswer } from '../snapshot/whole-answer.ts';
import { digestAnswer, metadataKeys, writeSnapshotMetadata } from '../snapshot-metadata.ts';
import type { SnapshotMetadata } from '../snapshot-metadata.ts';
import { encodeStreams, sampleStream, uuidOf } from '../testing/samples.ts';
import type { GrpcCaller } from '../transport/grpc-caller.ts';
import { createListQuery } from './list-query.ts';

const { getStreams } = agents.StreamsAgentServiceService;
const never = new AbortController().signal;

/** What stands between the two, and what becomes of an answer there. */
type Way = 'clean' | 'strips the mark' | 'strips all metadata' | 'empties the message' | 'forges the mark';
type Step =
  | { readonly do: 'poll'; readonly way: Way }
  | { readonly do: 'set'; readonly streams: readonly number[] }
  | { readonly do: 'remove'; readonly stream: number }
  | { readonly do: 'restore' }
  | { readonly do: 'serve'; readonly as: 'ours' | 'foreign' };

const stream = fc.integer({ min: 1, max: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.constant<Step>({ do: 'poll', way: 'clean' }), weight: 5 },
  fc.record({
    do: fc.constant('poll' as const),
    way: fc.constantFrom<Way>(
      'strips the mark',
      'strips all metadata',
      'empties the message',
      'forges the mark',
    ),
  }),
  fc.record({ do: fc.constant('set' as const), streams: fc.uniqueArray(stream, { maxLength: 3 }) }),
  fc.record({ do: fc.constant('remove' as const), stream }),
  fc.constant<Step>({ do: 'restore' }),
  fc.record({ do: fc.constant('serve' as const), as: fc.constantFrom('ours' as const, 'foreign' as const) }),
);

/** A server that answers on condition, in as few words as the rules have. */
function createServer() {
  let streams: readonly number[] = [1];
  let removed: SnapshotMetadata['removed'] = [];
  let revision = { epoch: 'e1', number: 1n };
  let foreign = false;
  let way: Way = 'clean';
  let unchanged = 0;

  const full = (): { readonly message: Uint8Array; readonly entries: Record<string, string> } => {
    const message = encodeStreams(...streams.map((number) => sampleStream(number)));
    const metadata = { revision, count: streams.length, digest: digestAnswer(message), removed };
    return { message, entries: foreign ? {} : writeSnapshotMetadata(metadata) };
  };
  const answer = (request: Metadata) => {
    const known = readKnownAnswer(request);
    const { message, entries } = full();
    const stands = { revision, count: streams.length, digest: digestAnswer(message) };
    if (foreign || known === undefined || !isStill(stands, known)) return { message, entries };
    unchanged += 1;
    return { message: new Uint8Array(), entries: writeUnchanged(stands) };
  };
  const spoil = ({ message, entries }: ReturnType<typeof full>): ReturnType<typeof full> => {
    const { [conditionalKeys.unchangedSince]: mark, ...unmarked } = entries;
    switch (way) {
      case 'clean':
        return { message, entries };
      case 'strips the mark':
        return { message, entries: unmarked };
      case 'strips all metadata':
        return { message, entries: {} };
      case 'empties the message':
        return { message: new Uint8Array(), entries };
      case 'forges the mark': {
        const forged = mark ?? entries[metadataKeys.revision] ?? 'e1/1';
        return {
          message: new Uint8Array(),
          entries: { ...entries, [conditionalKeys.unchangedSince]: forged },
        };
      }
    }
  };
  const toRaw = ({ message, entries }: ReturnType<typeof full>): RawAnswer => ({
    message,
    metadata: { get: (key) => [entries[key] ?? []].flat() },
  });
  const unary: GrpcCaller['unary'] = async (_method, _request, { metadata = {} }) => {
    const request = new Metadata();
    for (const [key, value] of Object.entries(metadata)) request.set(key, value);
    return toRaw(spoil(answer(request)));
  };
  const advance = (): void => {
    revision = { ...revision, number: revision.number + 1n };
  };
  return {
    caller: { unary, clientStream: () => Promise.reject(new Error('none')), close: () => {} },
    truth: () => toRaw(full()),
    isForeign: () => foreign,
    unchangedAnswers: () => unchanged,
    through(next: Way) {
      way = next;
    },
    change(next: Exclude<Step, { readonly do: 'poll' }>) {
      switch (next.do) {
        case 'set':
          streams = next.streams;
          advance();
          break;
        case 'remove':
          streams = streams.filter((each) => each !== next.stream);
          removed = [{ kind: 'stream', id: uuidOf(next.stream) }, ...removed];
          advance();
          break;
        case 'restore':
          revision = { epoch: `${revision.epoch}x`, number: 1n };
          removed = [];
          break;
        case 'serve':
          foreign = next.as === 'foreign';
      }
    },
  };
}

const discarded = 'InvalidAnswerError';
const nameOf = (error: unknown) => (error instanceof Error ? error.name : 'no error');

describe(createListQuery, () => {
  it('gives what a request without a condition would have given, or nothing, whatever happens in between', async () => {
    const told = { unchanged: 0, discarded: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 20 }), async (steps) => {
        const server = createServer();
        const query = createListQuery(server.caller, getStreams);
        const read = createSnapshotReader(streamReader);
        for (const next of steps) {
          if (next.do !== 'poll') {
            server.change(next);
            continue;
          }
          server.through(next.way);
          const outcome = await query(never).then(read, nameOf);
          if (outcome === discarded) told.discarded += 1;
          const isOurs = !server.isForeign();
          // What is taken away from an answer without a condition is for the guard to judge.
          if (next.way === 'strips all metadata' || (next.way === 'empties the message' && !isOurs)) continue;
          const truth = createSnapshotReader(streamReader)(toWholeAnswer('', server.truth(), undefined));
          expect(isOurs && next.way === 'clean' ? [truth] : [truth, discarded]).toContainEqual(outcome);
        }
        told.unchanged += server.unchangedAnswers();
      }),
      { numRuns: 500 },
    );
    // Else this has shown nothing.
    expect(told.unchanged).toBeGreaterThan(100);
    expect(told.discarded).toBeGreaterThan(100);
  });

  it('never turns an answer that lost its metadata into an empty list', async () => {
    const server = createServer();
    const query = createListQuery(server.caller, getStreams);
    await query(never);
    server.through('strips all metadata');
    await expect(query(never)).rejects.toThrow(InvalidAnswerError);
    await expect(query(never)).resolves.toMatchObject({ parts: [{}] });
    server.through('clean');
    await expect(query(never)).resolves.toMatchObject({ metadata: { count: 1 } });
    expect(server.unchangedAnswers()).toBe(1);
  });
});
