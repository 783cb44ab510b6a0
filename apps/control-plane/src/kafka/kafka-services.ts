import { kafkaClusters, kafkaExporters, kafkaUsers } from '@ccd/protocol';
import type { ServiceContext } from '../context.ts';
import { requireProject } from '../projects/project-access.ts';
import { implement } from '../rpc/handlers.ts';
import type { Implementation } from '../rpc/handlers.ts';
import { failedPrecondition, notFound } from '../rpc/status-error.ts';

/**
 * Kafka clusters, exporters and users. The protocol has them for the supplier's own cloud alone, from whose one shared
 * cluster customers read; an installation of one's own has its topics at hand. So there are none, and whoever wants to
 * make one is told what to do instead.
 */
export function createKafkaServices({
  database,
}: Pick<ServiceContext, 'database'>): readonly Implementation[] {
  return [
    implement(kafkaClusters.KafkaClustersServiceService, {
      async listKafkaClusters({ projectId }, { principal }) {
        // Older clients ask without a project.
        if (projectId !== '') await requireProject(database, principal, projectId);
        return { kafkaClusters: [] };
      },
      getKafkaCluster: ({ ref }) => Promise.reject(notFound('Kafka cluster', ref?.name ?? '')),
      createKafkaCluster: () => Promise.reject(unneeded()),
      deleteKafkaCluster: ({ ref }) => Promise.reject(notFound('Kafka cluster', ref?.name ?? '')),
    }),
    implement(kafkaExporters.KafkaExportersServiceService, {
      async listKafkaExporters({ projectId }, { principal }) {
        await requireProject(database, principal, projectId);
        return { kafkaExporters: [] };
      },
      getKafkaExporter: ({ ref }) => Promise.reject(notFound('Kafka exporter', ref?.name ?? '')),
      createKafkaExporter: () => Promise.reject(unneeded()),
      deleteKafkaExporter: ({ ref }) => Promise.reject(notFound('Kafka exporter', ref?.name ?? '')),
    }),
    implement(kafkaUsers.KafkaUsersServiceService, {
      async listKafkaUsers({ ref }, { principal }) {
        await requireProject(database, principal, ref?.projectId ?? '');
        const name = ref?.name ?? '';
        // Without a name, those of the whole project.
        if (name !== '') throw notFound('Kafka exporter', name);
        return { kafkaUsers: [] };
      },
      getKafkaUser: ({ ref }) => Promise.reject(notFound('Kafka user', ref?.name ?? '')),
      createKafkaUser: () => Promise.reject(unneeded()),
      deleteKafkaUser: ({ ref }) => Promise.reject(notFound('Kafka user', ref?.name ?? '')),
    }),
  ];
}

const unneeded = () =>
  failedPrecondition(
    'There is no shared Kafka cluster here to export to: the streams of a self-hosted installation are topics of ' +
      'its own Kafka, `stream-<uuid>` as `get stream` shows, and its administrators give access to them',
  );
