import { randomUUID } from 'node:crypto';
import type { KubernetesServer } from '@ccd/testkit/servers';
import { readObjects } from './made-objects.ts';
import type { ClusterObject } from './made-objects.ts';

/** Objects of somebody else that look as if agents had made them. */
export interface Foreigners {
  readonly names: readonly string[];
  /** What somebody has done to them since. */
  changes(): Promise<readonly string[]>;
}

const toDeployment = (name: string): object => ({
  replicas: 1,
  selector: { matchLabels: { 'ccd/workload': name } },
  template: {
    metadata: { labels: { 'ccd/workload': name } },
    spec: { containers: [{ name: 'theirs', image: 'theirs:1' }] },
  },
});

/** Puts one of each kind into a namespace, with our labels and a name of the kind that we give. */
export async function plantForeigners(
  server: Pick<KubernetesServer, 'kubectl'>,
  namespace: string,
): Promise<Foreigners> {
  const uuid = randomUUID();
  const [workload, secret, files] = [`decrypter-${uuid}`, `data-connector-${uuid}`, `decrypter-${uuid}-file`];
  const labels = {
    'app.kubernetes.io/managed-by': 'ccd',
    'ccd/agent': 'streams-agent',
    'ccd/workload': workload,
  };
  const items = [
    { apiVersion: 'apps/v1', kind: 'Deployment', name: workload, spec: toDeployment(workload) },
    { apiVersion: 'v1', kind: 'Secret', name: secret, stringData: { theirs: 'x' } },
    { apiVersion: 'v1', kind: 'ConfigMap', name: files, data: { theirs: 'x' } },
  ].map(({ name, ...rest }) => ({ ...rest, metadata: { name, labels } }));
  const list = { apiVersion: 'v1', kind: 'List', items };
  await server.kubectl(['apply', '-n', namespace, '-f', '-'], JSON.stringify(list));
  const names = [workload, secret, files];
  const read = async () =>
    new Map(
      (await readObjects(server, namespace))
        .filter(({ metadata }) => names.includes(metadata.name))
        .map((each) => [each.metadata.name, told(each)]),
    );
  const before = await read();
  return {
    names,
    async changes() {
      const after = await read();
      return names
        .filter((name) => after.get(name) !== before.get(name))
        .map((name) => `${name} was changed`);
    },
  };
}

/** All of it that controllers leave alone. */
const told = ({ kind, spec, metadata }: ClusterObject): string => {
  const { uid, generation, labels, ownerReferences, resourceVersion } = metadata;
  return JSON.stringify(
    kind === 'Deployment' ? [uid, generation, labels, spec] : [uid, labels, ownerReferences, resourceVersion],
  );
};
