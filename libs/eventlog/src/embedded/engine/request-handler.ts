import type { z } from 'zod';
import { InvalidRequestError, PartitionsLostError } from '../../errors.ts';
import { decodeAppends } from '../wire/record-codec.ts';
import { protocolVersion, resultSchemas } from '../wire/requests.ts';
import type { Request, RequestOf } from '../wire/requests.ts';
import { createFetcher } from './fetcher.ts';
import { engineLimits } from './limits.ts';
import { groupOf, memberId } from './peer.ts';
import type { Answer, EngineParts, Peer } from './peer.ts';
import { splitEntries } from './table-entries.ts';

/** Carries out one request and resolves with its answer. @throws a refusal (error-codec.ts) */
export function createRequestHandler(parts: EngineParts) {
  const { store, committer, groups, waitingRoom } = parts;
  const fetch = createFetcher(parts);
  const { catalog, records, offsets, transactions, outcomes, tables } = store;

  function clientOf({ client }: Peer): string {
    if (client === undefined) throw new InvalidRequestError('the first request is hello');
    return client;
  }

  /** A durable write that takes place once, however often the client sends it. */
  async function write<Schema extends z.ZodType>(
    peer: Peer,
    { sequence }: { readonly sequence: number },
    schema: Schema,
    work: () => z.infer<Schema>,
  ): Promise<Answer> {
    const client = clientOf(peer);
    const result = await committer.submit(() =>
      outcomes.once(client, sequence, work, (stored) => schema.parse(stored)),
    );
    return { result };
  }

  function hello(peer: Peer, { version, client }: RequestOf<'hello'>): Answer {
    if (version !== protocolVersion) {
      throw new InvalidRequestError(
        `the engine speaks version ${protocolVersion} of its protocol, not ${version}`,
      );
    }
    peer.client = client;
    return { result: {} };
  }

  async function deleteTopic(peer: Peer, request: RequestOf<'topics.delete'>): Promise<Answer> {
    const ids = catalog.find(request.topic)?.partitions.map(({ id }) => id) ?? [];
    const answer = await write(peer, request, resultSchemas['topics.delete'], () => {
      catalog.remove(request.topic, request.uid);
      return {};
    });
    waitingRoom.wake(ids);
    groups.topicsChanged();
    return answer;
  }

  function join(peer: Peer, { consumer, group, topics }: RequestOf<'group.join'>): Answer {
    clientOf(peer);
    topics.forEach((topic) => catalog.require(topic));
    if (peer.memberships.has(consumer)) throw new InvalidRequestError('the consumer is in a group already');
    if (peer.memberships.size >= engineLimits.consumersPerConnection)
      throw new InvalidRequestError('too many consumers');
    peer.memberships.set(consumer, group);
    groups.join(group, {
      id: memberId(peer, consumer),
      topics: new Set(topics),
      notify(event) {
        if (event.event === 'expelled') peer.memberships.delete(consumer);
        peer.notify(consumer, event);
      },
    });
    return { result: {} };
  }

  function leave(peer: Peer, { consumer }: RequestOf<'group.leave'>): Answer {
    const group = peer.memberships.get(consumer);
    peer.memberships.delete(consumer);
    if (group !== undefined) groups.leave(group, memberId(peer, consumer));
    return { result: {} };
  }

  /** A member that was expelled meanwhile has nothing left to release. */
  function release(peer: Peer, { consumer, partitions }: RequestOf<'group.release'>): Answer {
    const group = peer.memberships.get(consumer);
    if (group !== undefined) groups.release(group, memberId(peer, consumer), partitions);
    return { result: {} };
  }

  async function commitOffsets(peer: Peer, request: RequestOf<'group.commit'>): Promise<Answer> {
    const group = groupOf(peer, request.consumer);
    await committer.submit(() => {
      // Checked where nothing can come between the check and the write.
      const lost = request.offsets.some(
        (place) => !groups.owns(group, memberId(peer, request.consumer), place),
      );
      if (lost) throw new PartitionsLostError(group);
      offsets.assertValid(request.offsets);
      offsets.put(group, request.offsets);
    });
    return { result: {} };
  }

  function commitTransaction(
    peer: Peer,
    request: RequestOf<'transaction.commit'>,
    payload: Buffer,
  ): Promise<Answer> {
    const appends = decodeAppends(payload);
    return write(peer, request, resultSchemas['transaction.commit'], () => {
      transactions.assertCurrent(request.transactionalId, request.epoch);
      offsets.assertValid(request.offsets);
      records.append(request.topics, appends, request.sequence);
      offsets.put(request.group, request.offsets);
      return {};
    });
  }

  return async function handle(peer: Peer, request: Request, payload: Buffer): Promise<Answer> {
    switch (request.op) {
      case 'hello':
        return hello(peer, request);
      case 'ping':
        return { result: {} };
      case 'bye': {
        const client = clientOf(peer);
        await committer.submit(() => {
          outcomes.forget(client);
        });
        return { result: {} };
      }
      case 'topics.list':
        return { result: { topics: catalog.list().map(({ description }) => description) } };
      case 'topics.describe': {
        const topic = catalog.find(request.topic)?.description;
        return { result: topic ? { topic } : {} };
      }
      case 'topics.bounds':
        return { result: { bounds: catalog.bounds(request.topic) } };
      case 'topics.create':
        return write(peer, request, resultSchemas['topics.create'], () => ({
          topic: catalog.create(request.spec),
        }));
      case 'topics.alter':
        return write(peer, request, resultSchemas['topics.alter'], () => {
          catalog.alter(request.topic, request.config);
          return {};
        });
      case 'topics.delete':
        return deleteTopic(peer, request);
      case 'offsets.get':
        return { result: { offsets: offsets.get(request.group, request.topic) } };
      case 'offsets.forget':
        return write(peer, request, resultSchemas['offsets.forget'], () => {
          offsets.forget(request.group);
          return {};
        });
      case 'append': {
        const appends = decodeAppends(payload);
        return write(peer, request, resultSchemas.append, () => ({
          positions: records.append(request.topics, appends, request.sequence),
        }));
      }
      case 'transaction.begin':
        return write(peer, request, resultSchemas['transaction.begin'], () => ({
          epoch: transactions.begin(request.transactionalId),
        }));
      case 'transaction.commit':
        return commitTransaction(peer, request, payload);
      case 'fetch':
        return fetch(peer, request);
      case 'cancel':
        peer.fetches.get(request.request)?.abort();
        return { result: {} };
      case 'group.join':
        return join(peer, request);
      case 'group.leave':
        return leave(peer, request);
      case 'group.release':
        return release(peer, request);
      case 'group.commit':
        return commitOffsets(peer, request);
      case 'table.get': {
        const values = tables.get(request.table, request.keys);
        const payloadOut = Buffer.concat(values.flatMap((value) => value ?? []));
        return { result: { sizes: values.map((value) => value?.length ?? null) }, payload: payloadOut };
      }
      case 'table.write': {
        const [expect, put] = splitEntries([request.expect, request.put], payload);
        return write(peer, request, resultSchemas['table.write'], () => ({
          written: tables.write(request.table, expect, put),
        }));
      }
    }
  };
}
