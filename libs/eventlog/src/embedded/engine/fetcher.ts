import { InvalidRequestError, PartitionsLostError, TopicNotFoundError } from '../../errors.ts';
import { encodeRecords } from '../wire/record-codec.ts';
import type { RequestOf } from '../wire/requests.ts';
import { engineLimits } from './limits.ts';
import { groupOf, memberId } from './peer.ts';
import type { Answer, EngineParts, Peer } from './peer.ts';

/** Serves the readers: what there is at once, else as soon as there is something. */
export function createFetcher({ store, groups, waitingRoom }: EngineParts) {
  const { catalog, records } = store;

  return async function fetch(peer: Peer, request: RequestOf<'fetch'>): Promise<Answer> {
    const { consumer, topic } = request;
    const group = consumer === undefined ? undefined : groupOf(peer, consumer);
    const first = catalog.require(topic).partitions[request.partition];
    if (!first) throw new InvalidRequestError(`topic ${topic} has no partition ${request.partition}`);
    const from = Math.min(request.offset, first.next);
    if (peer.fetches.size >= engineLimits.fetchesPerConnection)
      throw new InvalidRequestError('too many readers');
    const stop = new AbortController();
    peer.fetches.set(request.id, stop);
    const { signal } = stop;
    try {
      while (!signal.aborted) {
        const partition = catalog.find(topic)?.partitions[request.partition];
        if (partition?.id !== first.id) throw new TopicNotFoundError(topic);
        if (
          group !== undefined &&
          consumer !== undefined &&
          !groups.owns(group, memberId(peer, consumer), request)
        ) {
          throw new PartitionsLostError(group);
        }
        if (partition.next <= from) await waitingRoom.wait(partition.id, signal);
        else if (!peer.isWritable()) await peer.drained();
        else {
          const found = records.read(partition, from, {
            maxRecords: Math.min(request.maxRecords, engineLimits.recordsPerFetch),
            maxBytes: Math.min(request.maxBytes, engineLimits.bytesPerFetch),
          });
          const payload = encodeRecords(found.records);
          peer.reserve(payload.length);
          return { result: { nextOffset: found.nextOffset, highWatermark: partition.next }, payload };
        }
      }
      return { result: { nextOffset: from, highWatermark: from } };
    } finally {
      peer.fetches.delete(request.id);
    }
  };
}
