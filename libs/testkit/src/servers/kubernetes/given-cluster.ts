import { spawnSync } from 'node:child_process';
import { z } from 'zod';
import { givenKubeconfig, inheritedEnv, serverPlaces } from '../config.ts';
import { cachedFolder } from '../local-server.ts';
import { findProgram } from '../places.ts';
import type { ClusterAccess } from './cluster-api.ts';

/** A cluster that this user has set KUBECONFIG to. */
export interface GivenCluster {
  readonly context: string;
  readonly access: ClusterAccess;
  readonly kubectl: string;
}

/** Clusters that somebody has made to throw away. What has any other name may be one that matters. */
const forTests = /^(kind|k3d)-/;

const viewSchema = z.object({
  'current-context': z.string(),
  clusters: z.tuple([
    z.object({ cluster: z.object({ server: z.string(), 'certificate-authority-data': z.base64() }) }),
  ]),
  users: z.tuple([
    z.object({
      user: z.union([
        z.object({ token: z.string() }),
        z.object({ 'client-certificate-data': z.base64(), 'client-key-data': z.base64() }),
      ]),
    }),
  ]),
});

/**
 * Reads what `kubectl config view --minify --flatten --raw -o json` prints; undefined unless the context is one of kind
 * or k3d.
 */
export function toGivenCluster(view: unknown, kubectl: string): GivenCluster | undefined {
  const parsed = viewSchema.safeParse(view);
  if (!parsed.success || !forTests.test(parsed.data['current-context'])) return undefined;
  const { 'current-context': context, clusters, users } = parsed.data;
  const pem = (data: string): string => Buffer.from(data, 'base64').toString();
  const [{ cluster }] = clusters;
  const [{ user }] = users;
  return {
    context,
    kubectl,
    access: {
      url: cluster.server.replace(/\/$/, ''),
      ca: pem(cluster['certificate-authority-data']),
      as:
        'token' in user
          ? { token: user.token }
          : { cert: pem(user['client-certificate-data']), key: pem(user['client-key-data']) },
    },
  };
}

/** The cluster that KUBECONFIG stands for, where it is one for tests. Asks kubectl, and no cluster. */
export function findGivenCluster(kubeconfig = givenKubeconfig): GivenCluster | undefined {
  if (kubeconfig === undefined || kubeconfig === '') return undefined;
  const kubectl = findProgram('kubectl', [
    cachedFolder('kubernetes', serverPlaces.cache),
    ...serverPlaces.path,
  ]);
  if (kubectl === undefined) return undefined;
  const { status, stdout } = spawnSync(
    kubectl,
    ['config', 'view', '--minify', '--flatten', '--raw', '--output=json'],
    { encoding: 'utf8', env: { ...inheritedEnv, KUBECONFIG: kubeconfig } },
  );
  return status === 0 ? toGivenCluster(JSON.parse(stdout), kubectl) : undefined;
}
