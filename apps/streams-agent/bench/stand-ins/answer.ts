import { digestAnswer, writeUnchanged } from '@ccd/controlplane';
import {
  derivedStream,
  encodeStreams,
  metadataFor,
  sampleStream,
  toReply,
  uuidOf,
} from '@ccd/controlplane/testing';
import type { WireReply } from '@ccd/controlplane/testing';

const revision = { epoch: 'e1', number: 7n };

export interface Answers {
  readonly inFull: WireReply;
  /** To an agent that has it already. */
  readonly unchanged: WireReply;
}

/** Half of the streams are sources with their keys, and each source has one that is derived from it. */
export function createAnswers(streams: number): Answers {
  const items = Array.from({ length: streams / 2 }, (_, index) => {
    const [number, derived] = [2 * index, 2 * index + 1];
    return [
      sampleStream(number),
      sampleStream(number, { keyStream: true, topic: `keys-${uuidOf(number)}` }),
      derivedStream(derived, { linkedStream: `stream ${number}`, ref: sampleStream(derived).stream?.ref }),
    ];
  }).flat();
  const bytes = encodeStreams(...items);
  const count = items.length;
  return {
    inFull: toReply(bytes, metadataFor(bytes, count)),
    unchanged: toReply(Buffer.alloc(0), writeUnchanged({ revision, count, digest: digestAnswer(bytes) })),
  };
}

/** What an agent makes of it: a topic for each stream and each source's keys, and a decrypter for each derived stream. */
export const resourcesOf = (streams: number): number => (streams / 2) * 4;
