import { ClusterUnavailableError, InvalidSpecError } from '../../errors.ts';
import { toMemoryOf } from './memory-of.ts';
import type { AgentState } from '../../port.ts';
import { isObjectName } from '../../spec-rules.ts';
import { ApiError } from '../client/api-error.ts';
import { toPortError } from '../client/classify.ts';
import type { ObjectClient } from '../client/object-client.ts';
import { bareObjectSchema } from '../client/object-schema.ts';
import { configMaps, leases } from '../client/resources.ts';
import { marks } from '../template/marks.ts';
import {
  digestOfDocument,
  isShardName,
  documentLabel,
  parseIndex,
  parseShard,
  toIndexManifest,
  toIndexName,
  toShardManifest,
} from './document-objects.ts';
import type { Index } from './document-objects.ts';
import { cutIntoShards } from './shards.ts';

const mostReads = 5;

/**
 * Documents of an agent as ConfigMaps: one, or an index and its shards. Shards are named by what they hold and never change;
 * they are written before the index that names them, and removed after it names them no more. So a reader finds one
 * document or another, and never a mixture.
 *
 * A document is saved over the version that this process has read or written last; one that somebody else has written
 * since is a ConflictError. Its release and its adoption are the annotations `ccd/release` and
 * `ccd/adopt` of the agent's Lease.
 * @param namespace for the commands that a person is told
 */
export function openConfigMapDocuments(objects: ObjectClient, agent: string, namespace: string): AgentState {
  if (!isObjectName(agent))
    throw new InvalidSpecError('document', '(agent)', 'the name of an agent is not a plain one');
  const known = toMemoryOf<Index>();

  const nameOf = (document: string): string => {
    if (!isObjectName(document)) throw new TypeError('the name of a document is not a plain one');
    return toIndexName(agent, document);
  };

  const readIndex = async (name: string): Promise<Index | undefined> => {
    const found = await objects.get(configMaps, name);
    const index = found === undefined ? undefined : parseIndex(found);
    known.set(name, index);
    return index;
  };

  const load = async (name: string): Promise<string | undefined> => {
    for (let attempt = 1; attempt <= mostReads; attempt += 1) {
      const index = await readIndex(name);
      if (index === undefined || index.text !== undefined) return index?.text;
      const parts = await Promise.all(index.shards.map((shard) => objects.get(configMaps, shard)));
      // A shard that is gone: there is a newer index by now.
      if (parts.includes(undefined)) continue;
      const text = parts.map(parseShard).join('');
      if (digestOfDocument(text) === index.digest) return text;
    }
    throw new ClusterUnavailableError(`the document ${name} has shards that are missing or were edited`);
  };

  const save = async (name: string, text: string): Promise<void> => {
    const before = known.has(name) ? known.get(name) : await readIndex(name);
    const shards = cutIntoShards(text).map((shard) => toShardManifest(name, shard));
    const there = new Set(before?.shards);
    if (shards.length > 1) {
      for (const shard of shards) {
        if (!there.has(shard.metadata.name)) await createUnlessThere(shard);
      }
    }
    const manifest = toIndexManifest(name, text, shards, before);
    try {
      const written = await (before
        ? objects.replace(configMaps, manifest)
        : objects.create(configMaps, manifest));
      known.set(name, parseIndex(written));
    } catch (error) {
      // What stands there now is not known any more.
      known.forget(name);
      throw error;
    }
    // The document is saved: what is left over takes room, and goes after a later save where it does not now.
    if (there.size > 0 || shards.length > 1) await collect(name).catch(() => {});
  };

  const createUnlessThere = async (shard: ReturnType<typeof toShardManifest>): Promise<void> => {
    try {
      await objects.create(configMaps, shard);
    } catch (error) {
      if (!(error instanceof ApiError) || error.reason !== 'AlreadyExists') throw error;
      // Its name says what it holds, and it cannot be edited.
    }
  };

  /** Removes shards that the index does not name: of earlier documents, and of saves that were cut short. */
  const collect = async (name: string): Promise<void> => {
    const named = new Set([name, ...(known.get(name)?.shards ?? [])]);
    const found = await objects.listBare(configMaps, `${documentLabel}=${name}`, (item) =>
      bareObjectSchema.parse(item),
    );
    for (const { metadata } of found) {
      if (isShardName(name, metadata.name) && !named.has(metadata.name))
        await objects.remove(configMaps, metadata.name, metadata.uid, 'Background');
    }
  };

  /** What a person has left on the Lease of the agent. */
  const leftBy = async (mark: string): Promise<string | undefined> => {
    const lease = await objects.get(leases, agent);
    if (lease === undefined) return undefined;
    const text = bareObjectSchema.parse(lease).metadata.annotations?.[mark]?.trim();
    return text === '' ? undefined : text;
  };

  const inWordsOfPort = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw toPortError(error, { kind: 'document', name });
    }
  };

  return {
    load: (document) => inWordsOfPort(document, async () => load(nameOf(document))),
    save: (document, text) => inWordsOfPort(document, async () => save(nameOf(document), text)),
    release: () => inWordsOfPort('release', () => leftBy(marks.release)),
    adoption: {
      asked: () => inWordsOfPort('adoption', () => leftBy(marks.adopt)),
      howTo: (text) => `kubectl -n ${namespace} annotate lease ${agent} ${marks.adopt}=${text} --overwrite`,
    },
  };
}
