import { z } from 'zod';
import type { Manifest } from '../template/manifest.ts';
import { managedBy } from '../template/marks.ts';
import { digestOf } from '../template/names.ts';
import type { Shard } from './shards.ts';

/** On the shards of a document, to find those that nothing names any more. */
export const documentLabel = 'ccd/document';

/** The ConfigMap that is a document, or lists its shards. */
export const toIndexName = (agent: string, document: string): string => `ccd-${agent}-${document}`;

const toShardName = (index: string, { digest }: Shard): string => `${index}-${digest.slice(0, 16)}`;

/** Whether a shard of the document could have the name: a copy that somebody made has our labels, and is not ours. */
export const isShardName = (index: string, name: string): boolean =>
  name.startsWith(`${index}-`) && /^[0-9a-f]{16}$/.test(name.slice(index.length + 1));

const indexSchema = z.object({
  metadata: z.object({ uid: z.string(), resourceVersion: z.string() }),
  data: z
    .object({
      text: z.string().exactOptional(),
      shards: z.string().exactOptional(),
      digest: z.string().exactOptional(),
    })
    .default({}),
});

const shardListSchema = z.array(z.string());

/** What an index object says: the document itself where it is small, else where its shards are. */
export interface Index {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly text: string | undefined;
  readonly shards: readonly string[];
  readonly digest: string | undefined;
}

/** @throws ZodError for what is no index of ours */
export function parseIndex(object: unknown): Index {
  const { metadata, data } = indexSchema.parse(object);
  return {
    ...metadata,
    text: data.text,
    shards: data.shards === undefined ? [] : shardListSchema.parse(JSON.parse(data.shards)),
    digest: data.digest,
  };
}

export const parseShard = (object: unknown): string =>
  z.object({ data: z.object({ text: z.string() }) }).parse(object).data.text;

export const digestOfDocument = (text: string): string => digestOf(text, 64);

const labels = (index: string) => ({
  'app.kubernetes.io/managed-by': managedBy,
  [documentLabel]: index,
});

export const toShardManifest = (index: string, shard: Shard): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: toShardName(index, shard), labels: labels(index) },
  data: { text: shard.text },
  immutable: true,
});

/** @param over what was read: its place is taken only while it stands */
export function toIndexManifest(
  index: string,
  text: string,
  shards: readonly Manifest[],
  over: Pick<Index, 'uid' | 'resourceVersion'> | undefined,
): Manifest {
  const inOne = shards.length <= 1;
  const names = shards.map(({ metadata }) => metadata.name);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: index,
      labels: labels(index),
      ...(over && { uid: over.uid, resourceVersion: over.resourceVersion }),
    },
    data: inOne ? { text } : { shards: JSON.stringify(names), digest: digestOfDocument(text) },
  };
}
