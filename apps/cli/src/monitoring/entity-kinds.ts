import { monitoring as wire } from '@ccd/protocol';
import type { ProjectContext } from '../command/command.ts';
import { batchExporterNames } from '../batch-exporters/batch-exporters.ts';
import { streamNames } from '../streams/streams.ts';

/** What can be watched, by the word for it. */
export interface EntityKind {
  readonly name: string;
  readonly type: wire.EntityState_EntityType;
  readonly candidates?: (context: ProjectContext) => Promise<readonly string[]>;
}

const { BATCH_EXPORTER, BATCH_JOB, STREAM } = wire.EntityState_EntityType;

export const entityKinds: readonly EntityKind[] = [
  { name: 'batch-exporter', type: BATCH_EXPORTER, candidates: batchExporterNames },
  { name: 'batch-job', type: BATCH_JOB },
  { name: 'stream', type: STREAM, candidates: streamNames },
];

/** Every state that fits; an empty name fits all. */
export const stateRequest = (
  { project }: ProjectContext,
  type: wire.EntityState_EntityType,
  name: string,
  projectionMask: readonly string[],
) =>
  wire.GetEntityStateRequest.create({
    ref: { type, projectId: project.id, name },
    projectionMask: [...projectionMask],
  });

export const endOfData = 'No more data to be received, closing connection.';
