import type { Cluster, WorkloadSpec } from '@ccd/cluster';
import type { ControlPlane, DesiredStream } from '@ccd/controlplane';
import type { TopicSpec } from '@ccd/eventlog';
import { perObject } from '@ccd/reconcile';
import type { Desired } from '@ccd/reconcile';
import { planResources } from '../agent/agent-plan.ts';
import type { AgentPlan, PlannedResource } from '../agent/agent-plan.ts';
import { deadLetterTopicOf, loadDeadLetterDecisions } from '../dead-letters.ts';
import { loadGuardrails } from '../guardrails/guardrails.ts';
import { keepWhere } from '../keep-where.ts';
import { createStableList } from '../same-items.ts';
import { decrypterKind, decrypterName, planDecrypters } from './decrypters.ts';
import { forbiddenDerivations } from './forbidden.ts';
import { idleDecrypters } from './idle.ts';
import type { StreamSpec } from './resources.ts';
import { planDeadLetterTopics, planTopics, topicKind } from './topics.ts';
import { undecidedDecrypters } from './undecided.ts';

export interface StreamPlannerOptions {
  readonly controlPlane: Pick<ControlPlane, 'desiredStreams'>;
  readonly cluster: Pick<Cluster, 'listWorkloads'>;
  /** Partitions of topics that are made. */
  readonly partitions: number;
  /** Absent: nothing is out of bounds. */
  readonly guardrailsFile: string | undefined;
  /** Absent: no event is let go. */
  readonly deadLettersFile: string | undefined;
}

type Streams = readonly Desired<DesiredStream>[];

/** Makes of the streams that should exist, and of what the customer decided, the topics and decrypters that should. */
export function createStreamPlanner(
  options: StreamPlannerOptions,
): (signal: AbortSignal) => Promise<AgentPlan<StreamSpec>> {
  const { controlPlane, cluster, partitions, guardrailsFile, deadLettersFile } = options;
  const topicsFor = perObject((streams: Streams) => planTopics(streams, partitions).map(asTopic));
  const decryptersFor = perObject((streams: Streams) => planDecrypters(streams).map(asDecrypter));

  const asDeadLetterTopic = perObject(asTopic);
  const stableStreams = createStableList<Desired<DesiredStream>>();

  return async (signal) => {
    const guardrails = await loadGuardrails(guardrailsFile);
    const decisions = await loadDeadLetterDecisions(deadLettersFile);
    const answer = await controlPlane.desiredStreams(signal);
    const { allowed, refused, idle } = forbiddenDerivations(answer.items, guardrails);
    const live = await cluster.listWorkloads({}, 'watched');
    const rejected = undecidedDecrypters(answer, live);
    const undecided = new Set(rejected.map(({ key }) => key.id));
    const planned = planResources<DesiredStream, StreamSpec>(answer, {
      toResources: (streams) => [
        ...topicsFor(streams),
        ...planDeadLetterTopics(streams, decisions).map(asDeadLetterTopic),
        ...decryptersFor(stableStreams(keepWhere(streams, allowed))).filter(
          ({ desired }) => !undecided.has(desired.key.id),
        ),
      ],
      keysOf: ({ kind, id }) =>
        kind === 'key-stream'
          ? [{ kind: topicKind, id: `keys-${id}` }]
          : [
              { kind: topicKind, id: `stream-${id}` },
              { kind: topicKind, id: deadLetterTopicOf(id) },
              { kind: decrypterKind, id: decrypterName(id) },
            ],
    });
    return {
      ...planned,
      refused,
      rejected: [...planned.rejected, ...rejected],
      removed: [...planned.removed, ...idle, ...idleDecrypters(answer, live)],
    };
  };
}

const asTopic = ({ desired, ...rest }: PlannedResource<TopicSpec>): PlannedResource<StreamSpec> => ({
  ...rest,
  desired: { ...desired, spec: { kind: 'topic', topic: desired.spec } },
});

const asDecrypter = ({ desired, ...rest }: PlannedResource<WorkloadSpec>): PlannedResource<StreamSpec> => ({
  ...rest,
  desired: { ...desired, spec: { kind: 'decrypter', workload: desired.spec } },
});
