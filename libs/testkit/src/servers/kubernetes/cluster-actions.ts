import { eventually } from '../../eventually.ts';
import { uniqueName } from '../unique-name.ts';
import { askCluster, ClusterApiError, stringAt } from './cluster-api.ts';
import type { ClusterAccess } from './cluster-api.ts';
import { toKubeconfig } from './kubeconfig.ts';

const anHourInSeconds = 3_600;

/** Makes a namespace that nobody else uses; resolves with its name once pods may be created in it. */
export async function createNamespace(
  access: ClusterAccess,
  labels: Readonly<Record<string, string>>,
): Promise<string> {
  const name = uniqueName('test');
  await askCluster(access, 'POST', '/api/v1/namespaces', { metadata: { name, labels } });
  await eventually(
    `${name} has its service account`,
    () => askCluster(access, 'GET', `/api/v1/namespaces/${name}/serviceaccounts/default`),
    60_000,
    20,
  );
  return name;
}

/** Deletes it with all that is in it, and resolves when it is gone. */
export async function removeNamespace(access: ClusterAccess, name: string): Promise<void> {
  const path = `/api/v1/namespaces/${name}`;
  await unlessGone(askCluster(access, 'DELETE', path));
  await eventually(`${name} is gone`, () => isGone(access, path), 120_000, 200);
}

async function isGone(access: ClusterAccess, path: string): Promise<boolean> {
  return (await unlessGone(askCluster(access, 'GET', path))) === undefined;
}

async function unlessGone(asked: Promise<unknown>): Promise<unknown> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ClusterApiError && error.code === 404) return undefined;
    throw error;
  }
}

/** A kubeconfig with a token of a service account's, which holds for an hour. */
export async function serviceAccountKubeconfig(
  { url, ca, as }: ClusterAccess,
  namespace: string,
  serviceAccount: string,
): Promise<string> {
  const answer = await askCluster(
    { url, ca, as },
    'POST',
    `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`,
    { spec: { expirationSeconds: anHourInSeconds } },
  );
  const token = stringAt(answer, 'status', 'token');
  if (token === undefined) throw new Error(`the API server gave no token for ${namespace}/${serviceAccount}`);
  return toKubeconfig({ url, ca, as: { token } }, { namespace });
}
