import { hashSpec } from '@ccd/controlplane';
import type { DesiredStream } from '@ccd/controlplane';
import { deadLetterTopicOf } from '../dead-letters.ts';
import type { PlannedResource } from '../agent/agent-plan.ts';
import type { DeadLetterDecision } from '../dead-letters.ts';
import { ForeignTopicError } from '@ccd/eventlog';
import type { OwnedTopic, OwnedTopics, TopicSpec } from '@ccd/eventlog';
import { ForeignObjectError, perObject } from '@ccd/reconcile';
import type { Desired, Observed } from '@ccd/reconcile';

export const topicKind = 'topic';

/** One object each: there are tens of thousands of topics. */
const ofEvents: TopicSpec['config'] = { cleanup: 'delete', retentionMs: 7 * 24 * 60 * 60 * 1_000 };
const ofKeys: TopicSpec['config'] = { cleanup: 'compact' };

/** The topic of a stream: events stay seven days, keys until a newer one of the session takes their place. */
export function toTopic(
  { topic: name, kind }: Pick<DesiredStream, 'topic' | 'kind'>,
  partitions: number,
): TopicSpec {
  return { name, partitions, config: kind === 'keys' ? ofKeys : ofEvents };
}

/** The topics that streams call for. */
export function planTopics(
  streams: readonly Desired<DesiredStream>[],
  partitions: number,
): readonly PlannedResource<TopicSpec>[] {
  return streams.map(({ spec: stream }) => {
    const spec = toTopic(stream, partitions);
    return {
      desired: { key: { kind: topicKind, id: stream.topic }, spec, hash: hashSpec(spec) },
      entity: {
        entityType: 'STREAM',
        resourceType: stream.kind === 'keys' ? 'STREAM_ENCRYPTION_KEYS_TOPIC' : 'STREAM_TOPIC',
        name: stream.name,
        projectId: stream.projectId,
      },
    };
  });
}

/** The topics for events that a person let go, of the sources that stand in the answer; they hold what streams hold. */
export function planDeadLetterTopics(
  streams: readonly Desired<DesiredStream>[],
  decisions: readonly DeadLetterDecision[],
): readonly PlannedResource<TopicSpec>[] {
  if (decisions.length === 0) return [];
  const wanted = new Set(decisions.map(({ stream }) => stream));
  return streams
    .filter(({ spec: { kind, uuid } }) => kind === 'source' && wanted.has(uuid))
    .map(toDeadLetterTopic);
}

const toDeadLetterTopic = perObject(
  ({ spec: { kind, uuid } }: Desired<DesiredStream>): PlannedResource<TopicSpec> => {
    const name = deadLetterTopicOf(uuid);
    const spec = toTopic({ topic: name, kind }, 1);
    return { desired: { key: { kind: topicKind, id: name }, spec, hash: hashSpec(spec) } };
  },
);

/** The registry hands out the same specification for as long as a topic keeps it. */
const hashOf = perObject((spec: TopicSpec) => hashSpec(spec));

/** The same for a topic that is as it was: of tens of thousands nothing is made anew in each run. */
const asObserved = perObject((topic: OwnedTopic): Observed<OwnedTopic | undefined> => ({
  key: { kind: topicKind, id: topic.name },
  live: topic,
  owned: true,
  appliedHash: hashOf(topic.spec),
}));

/** What lives: topics with a tombstone are as good as gone, and creating them again revives them. */
export async function observeTopics(
  topics: OwnedTopics,
  signal: AbortSignal,
): Promise<readonly Observed<OwnedTopic | undefined>[]> {
  const { owned, foreign } = await topics.observe(signal);
  return [
    ...owned.filter(({ state }) => state === 'live').map(asObserved),
    ...foreign.map((name) => ({ key: { kind: topicKind, id: name }, live: undefined, owned: false })),
  ];
}

/** Whether somebody changed the configuration behind our back. */
export function topicDrift({ config }: TopicSpec, live: OwnedTopic | undefined): string | undefined {
  if (live === undefined) return undefined;
  return live.live.config.cleanup === config.cleanup && live.live.config.retentionMs === config.retentionMs
    ? undefined
    : 'ConfigurationChanged';
}

/** Does something to a topic; a foreign one in its place is a conflict. */
export async function onTopic(name: string, action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (error instanceof ForeignTopicError)
      throw new ForeignObjectError({ kind: topicKind, id: name }, { cause: error });
    throw error;
  }
}
