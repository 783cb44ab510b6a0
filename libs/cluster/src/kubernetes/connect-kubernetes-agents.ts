import { formatRevision } from '@ccd/reconcile';
import type { Clock } from '@ccd/reconcile';
import { readKeptAgent } from '../kept-agents.ts';
import type { KeptAgents } from '../kept-agents.ts';
import { createApiClient } from './client/api-client.ts';
import { toPortError } from './client/classify.ts';
import { createObjectClient } from './client/object-client.ts';
import { bareObjectSchema } from './client/object-schema.ts';
import { leases, toPath, toSelector } from './client/resources.ts';
import { createTransport } from './client/transport.ts';
import type { Connection } from './connection/connection.ts';
import { openConfigMapDocuments } from './state/config-map-documents.ts';
import { managedBy, marks } from './template/marks.ts';

export interface KubernetesAgentsOptions {
  /** As the person, whose rights decide: to list and patch Leases, and to read ConfigMaps. */
  readonly connection: Connection;
  readonly namespace: string;
  readonly clock: Clock;
}

/** In the list of who wrote what of an object. */
const fieldManager = 'strm';
const deadlineMs = 20_000;

/** The agents of a namespace, which are known by their Leases. */
export function connectKubernetesAgents({
  connection,
  namespace,
  clock,
}: KubernetesAgentsOptions): KeptAgents {
  const transport = createTransport(connection, clock);
  const api = createApiClient({ transport, clock, mayWrite: () => true, deadlineMs });
  const objects = createObjectClient(api, namespace);

  const inWordsOfPort = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw toPortError(error, { kind: 'agent', name });
    }
  };

  return {
    list: (signal) =>
      inWordsOfPort('(all)', async () => {
        const names = await objects.listBare(
          leases,
          toSelector({ 'app.kubernetes.io/managed-by': managedBy }),
          (item) => bareObjectSchema.parse(item).metadata.name,
        );
        return Promise.all(
          names
            .toSorted()
            .map((name) => readKeptAgent(name, openConfigMapDocuments(objects, name, namespace), signal)),
        );
      }),
    release: (agent, revision) =>
      inWordsOfPort(agent, async () => {
        await api.ask({
          method: 'PATCH',
          path: toPath(leases, namespace, agent, { fieldManager }),
          contentType: 'application/merge-patch+json',
          body: JSON.stringify({ metadata: { annotations: { [marks.release]: formatRevision(revision) } } }),
        });
      }),
    close() {
      transport.close();
    },
  };
}
