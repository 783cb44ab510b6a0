import type { DesiredStream } from '@ccd/controlplane';
import { refuseConsent } from '../guardrails/guardrails.ts';
import type { RefusedResource } from '../agent/agent-plan.ts';
import type { Guardrails } from '../guardrails/guardrails.ts';
import type { Desired, ResourceKey } from '@ccd/reconcile';
import { decrypterKind, decrypterName } from './decrypters.ts';
import { topicKind } from './topics.ts';

export interface ForbiddenDerivations {
  /** Whether a stream may be worked on. */
  readonly allowed: (stream: Desired<DesiredStream>) => boolean;
  /** What users are told; their topics stay, nothing is written to them. */
  readonly refused: readonly RefusedResource[];
  /** The decrypters that have nothing left to derive. */
  readonly idle: readonly ResourceKey[];
}

/** The derived streams that the customer's guardrails forbid, for a purpose of theirs. */
export function forbiddenDerivations(
  streams: readonly Desired<DesiredStream>[],
  guardrails: Guardrails,
): ForbiddenDerivations {
  if (guardrails.purposes === 'any') return { allowed: () => true, refused: [], idle: [] };
  const refusalOf = ({ spec }: Desired<DesiredStream>): string | undefined =>
    spec.kind === 'derived' ? refuseConsent(guardrails, spec.consent) : undefined;
  const allowed = (stream: Desired<DesiredStream>): boolean => refusalOf(stream) === undefined;
  const refused = streams.flatMap((stream): RefusedResource[] => {
    const message = refusalOf(stream);
    const { topic, name, projectId } = stream.spec;
    return message === undefined
      ? []
      : [
          {
            key: { kind: topicKind, id: topic },
            entity: { entityType: 'STREAM', resourceType: 'STREAM_TOPIC', name, projectId },
            message,
          },
        ];
  });
  if (refused.length === 0) return { allowed, refused, idle: [] };

  const sourcesOf = (which: (stream: Desired<DesiredStream>) => boolean): ReadonlySet<string> =>
    new Set(
      streams.flatMap((stream) =>
        stream.spec.kind === 'derived' && which(stream)
          ? [`${stream.spec.projectId}/${stream.spec.source}`]
          : [],
      ),
    );
  const forbidden = sourcesOf((stream) => !allowed(stream)).difference(sourcesOf(allowed));

  return {
    allowed,
    refused,
    idle: streams.flatMap(({ spec }) =>
      spec.kind === 'source' && forbidden.has(`${spec.projectId}/${spec.name}`)
        ? [{ kind: decrypterKind, id: decrypterName(spec.uuid) }]
        : [],
    ),
  };
}
