import type { LiveWorkload, WorkloadSpec } from '@ccd/cluster';
import { hashSpec } from '@ccd/controlplane';
import type { DesiredStream } from '@ccd/controlplane';
import { decrypterTaskSchema, taskFile, topicsAnnotation, topicsOf } from '../tasks.ts';
import type { PlannedResource } from '../agent/agent-plan.ts';
import type { DecrypterTask } from '../tasks.ts';
import type { Desired, ResourceKey } from '@ccd/reconcile';
import { topicKind } from './topics.ts';

export const decrypterKind = 'decrypter';

type Source = Extract<DesiredStream, { kind: 'source' }>;
type Derived = Extract<DesiredStream, { kind: 'derived' }>;

/** One decrypter for each source stream that others are derived from. */
export function planDecrypters(
  streams: readonly Desired<DesiredStream>[],
): readonly PlannedResource<WorkloadSpec>[] {
  const specs = streams.map(({ spec }) => spec);
  const derived = Map.groupBy(
    specs.filter((spec) => spec.kind === 'derived'),
    ({ projectId, source }) => `${projectId}/${source}`,
  );
  return specs
    .filter((spec) => spec.kind === 'source')
    .flatMap((source) => {
      const own = derived.get(`${source.projectId}/${source.name}`);
      return own === undefined ? [] : [planDecrypter(source, own)];
    });
}

function planDecrypter(source: Source, derived: readonly Derived[]): PlannedResource<WorkloadSpec> {
  const inOrder = [...derived].sort((a, b) => (a.uuid < b.uuid ? -1 : 1));
  const task: DecrypterTask = {
    streamId: source.uuid,
    sourceTopic: source.topic,
    derived: inOrder.map(({ topic, consent, masking }) => ({
      topic,
      consent: { type: consent.type, levels: [...consent.levels] },
      ...(masking && {
        masking: {
          seed: masking.seed,
          fields: Object.fromEntries(
            [...masking.fieldsByContract].map(([ref, fields]) => [ref, [...fields]]),
          ),
        },
      }),
    })),
  };
  const name = decrypterName(source.uuid);
  const content = {
    name,
    app: 'decrypter' as const,
    labels: { 'ccd/stream': source.uuid },
    annotations: { [topicsAnnotation]: [source, ...inOrder].map(({ topic }) => topic).join(' ') },
    env: {},
    files: { [taskFile]: JSON.stringify(decrypterTaskSchema.parse(task)) },
    secrets: [],
  };
  const hash = hashSpec(content);
  return {
    desired: { key: { kind: decrypterKind, id: name }, spec: { ...content, hash }, hash },
    entity: {
      entityType: 'STREAM',
      resourceType: 'STREAM_DECRYPTER_DEPLOYMENT',
      name: source.name,
      projectId: source.projectId,
    },
  };
}

export const decrypterName = (streamUuid: string): string => `decrypter-${streamUuid}`;

/** The topics that a running decrypter breaks without. */
export const topicsBelow = (live: LiveWorkload): readonly ResourceKey[] =>
  topicsOf(live).map((id) => ({ kind: topicKind, id }));
