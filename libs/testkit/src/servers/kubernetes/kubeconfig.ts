import type { ClusterAccess } from './cluster-api.ts';

const base64 = (pem: string): string => Buffer.from(pem).toString('base64');

/**
 * The text of a kubeconfig with one cluster, user and context, all of one name. JSON, which is YAML as well.
 * @param namespace that commands are about which name none; `default` unless said
 */
export function toKubeconfig(
  { url, ca, as }: ClusterAccess,
  { name = 'test', namespace = 'default' }: { readonly name?: string; readonly namespace?: string } = {},
): string {
  const user =
    'token' in as
      ? { token: as.token }
      : { 'client-certificate-data': base64(as.cert), 'client-key-data': base64(as.key) };
  return `${JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name, cluster: { server: url, 'certificate-authority-data': base64(ca) } }],
      users: [{ name, user }],
      contexts: [{ name, context: { cluster: name, user: name, namespace } }],
      'current-context': name,
    },
    null,
    2,
  )}\n`;
}
