import type { WorkloadSpec } from '@ccd/cluster';
import { hashSpec } from '@ccd/controlplane';
import type { DesiredBatchExporter } from '@ccd/controlplane';
import { connectorSecretName, exporterTaskSchema, taskFile, topicsAnnotation } from '@ccd/dataplane';
import type { ExporterTask, PlannedResource } from '@ccd/dataplane';
import type { Desired } from '@ccd/reconcile';

export const exporterKind = 'batch-exporter';

export const exporterName = (uuid: string): string => `batch-exporter-${uuid}`;

/** One worker for each batch exporter; the credentials stay in the Secret of its data connector. */
export function planExporter({
  spec: exporter,
}: Desired<DesiredBatchExporter>): PlannedResource<WorkloadSpec> {
  const { uuid, topic, content, streamUuid, intervalMs, pathPrefix, dataConnectorUuid } = exporter;
  const connectorSecret = connectorSecretName(dataConnectorUuid);
  const task: ExporterTask = {
    exporterId: uuid,
    topic,
    content,
    streamId: streamUuid,
    intervalMs,
    pathPrefix,
    startAt: exporter.includeExistingEvents ? 'earliest' : 'latest',
    connectorSecret,
  };
  const name = exporterName(uuid);
  const workload = {
    name,
    app: 'batch-exporter' as const,
    labels: { 'ccd/batch-exporter': uuid },
    annotations: { [topicsAnnotation]: topic },
    env: {},
    files: { [taskFile]: JSON.stringify(exporterTaskSchema.parse(task)) },
    secrets: [connectorSecret],
  };
  const hash = hashSpec(workload);
  return {
    desired: { key: { kind: exporterKind, id: name }, spec: { ...workload, hash }, hash },
    entity: {
      entityType: 'BATCH_EXPORTER',
      resourceType: 'BATCH_EXPORTER_DEPLOYMENT',
      name: exporter.name,
      projectId: exporter.projectId,
    },
  };
}
