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

/** Source streams with their keys, and one that is derived from each of them. @param sources how many */
export function createAnswers(sources: number): Answers {
  const items = Array.from({ length: sources }, (_, index) => {
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

/** What an agent makes of each source: three topics, and a decrypter. */
export const resourcesOfSource = 4;
