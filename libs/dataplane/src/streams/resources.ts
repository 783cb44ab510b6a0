import { workloadSpecCodec } from '@ccd/cluster';
import type { ClusterResources, LiveWorkload, SpecCodec, WorkloadSpec } from '@ccd/cluster';
import type { OwnedTopic, OwnedTopics, TopicSpec } from '@ccd/eventlog';
import { perObject } from '@ccd/reconcile';
import type { ActualSource, Applier, Batch, Desired, Drift, Observed, ResourceKey } from '@ccd/reconcile';
import { z } from 'zod';
import { decrypterKind, topicsBelow } from './decrypters.ts';
import { observeTopics, onTopic, topicDrift } from './topics.ts';

/** What the agent keeps: topics, and the decrypters that work on them. */
export type StreamSpec =
  | { readonly kind: 'topic'; readonly topic: TopicSpec }
  | { readonly kind: 'decrypter'; readonly workload: WorkloadSpec };

export type StreamLive =
  /** Without a topic it is somebody else's. */
  | { readonly kind: 'topic'; readonly topic: OwnedTopic | undefined }
  | { readonly kind: 'decrypter'; readonly workload: LiveWorkload };

export interface StreamResourcesOptions {
  readonly topics: OwnedTopics;
  readonly decrypters: ClusterResources<WorkloadSpec, LiveWorkload>;
}

export interface StreamResources {
  readonly actual: ActualSource<StreamLive>;
  readonly applier: Applier<StreamSpec, StreamLive>;
  readonly drift: Drift<StreamSpec, StreamLive>;
}

/** Topics and decrypters as one list of resources. */
export function createStreamResources({ topics, decrypters }: StreamResourcesOptions): StreamResources {
  const put = (
    { key, spec, hash }: Desired<StreamSpec>,
    onEventLog: (topic: TopicSpec) => Promise<unknown>,
    onCluster: (workload: Desired<WorkloadSpec>) => Promise<void>,
  ): Promise<void> =>
    spec.kind === 'topic'
      ? onTopic(key.id, () => onEventLog(spec.topic))
      : onCluster({ key, hash, spec: spec.workload });

  return {
    actual: {
      async observe(signal) {
        const [workloads, found] = await Promise.all([
          decrypters.actual.observe(signal),
          observeTopics(topics, signal),
        ]);
        return [
          ...found.map(asLiveTopic),
          ...workloads.map(({ live, ...rest }) => ({
            ...rest,
            live: { kind: 'decrypter', workload: live } as const,
          })),
        ];
      },
    },
    applier: {
      create: (desired, signal) =>
        put(
          desired,
          (topic) => topics.create(topic),
          (workload) => decrypters.applier.create(workload, signal),
        ),
      update: (desired, observed, signal) =>
        put(
          desired,
          (topic) => topics.update(topic),
          (workload) => decrypters.applier.update(workload, asWorkload(observed), signal),
        ),
      remove: (observed, signal) =>
        observed.live.kind === 'topic'
          ? onTopic(observed.key.id, () => topics.tombstone(observed.key.id))
          : decrypters.applier.remove(asWorkload(observed), signal),
      ...(decrypters.applier.batch && { batch: ofDecrypters(decrypters.applier.batch) }),
    },
    drift: ({ key, hash, spec }, observed) =>
      spec.kind === 'topic'
        ? topicDrift(spec.topic, observed.live.kind === 'topic' ? observed.live.topic : undefined)
        : decrypters.drift({ key, hash, spec: spec.workload }, asWorkload(observed)),
  };
}

const asLiveTopic = perObject(
  ({ live, ...rest }: Observed<OwnedTopic | undefined>): Observed<StreamLive> => ({
    ...rest,
    live: { kind: 'topic', topic: live },
  }),
);

/** Topics record each change by itself. */
const ofDecrypters = (batch: Batch<WorkloadSpec>): Batch<StreamSpec> => ({
  begin: (creating, signal) =>
    batch.begin(
      creating.flatMap(({ spec, ...rest }) =>
        spec.kind === 'decrypter' ? [{ ...rest, spec: spec.workload }] : [],
      ),
      signal,
    ),
  end: (signal) => batch.end(signal),
});

function asWorkload({ live, ...rest }: Observed<StreamLive>): Observed<LiveWorkload> {
  if (live.kind !== 'decrypter') throw new TypeError(`${rest.key.kind} ${rest.key.id} is no workload`);
  return { ...rest, live: live.workload };
}

/** What a live resource breaks without. */
export const dependsOn = ({ live }: Observed<StreamLive>): readonly ResourceKey[] =>
  live.kind === decrypterKind ? topicsBelow(live.workload) : [];

const topicSchema = z.object({
  name: z.string(),
  partitions: z.int(),
  config: z.object({ cleanup: z.enum(['delete', 'compact']), retentionMs: z.number().exactOptional() }),
});
const storedSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('topic'), topic: topicSchema }),
  z.object({ kind: z.literal('decrypter'), workload: z.unknown() }),
]);

export const streamSpecCodec: SpecCodec<StreamSpec> = {
  encode: (spec) => spec,
  decode(json) {
    const spec = storedSchema.parse(json);
    return spec.kind === 'topic'
      ? spec
      : { kind: 'decrypter', workload: workloadSpecCodec.decode(spec.workload) };
  },
};
