import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@ccd/reconcile';
import { ConnectionError } from './connection.ts';
import type { Connection } from './connection.ts';
import { keepAccess } from './kept-access.ts';

/** Where the kubelet puts what a pod needs to speak to its API server. */
export const serviceAccountDir = '/var/run/secrets/kubernetes.io/serviceaccount';

export interface InClusterOptions {
  /** `KUBERNETES_SERVICE_HOST` and `KUBERNETES_SERVICE_PORT` of the pod. */
  readonly host: string;
  readonly port: string;
  readonly clock: Clock;
  /** @default serviceAccountDir */
  readonly folder?: string;
}

/**
 * The connection of a pod, by its service account.
 * @throws ConnectionError when the files of the service account are not there
 */
export function connectInCluster({
  host,
  port,
  clock,
  folder = serviceAccountDir,
}: InClusterOptions): Connection {
  return {
    server: new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`),
    namespace: namespaceOf(folder),
    access: keepAccess(async () => {
      const [token, ca] = await Promise.all([
        readFile(join(folder, 'token'), 'utf8'),
        readFile(join(folder, 'ca.crt'), 'utf8'),
      ]);
      return { access: { headers: { authorization: `Bearer ${token.trim()}` }, tls: { ca } } };
    }, clock),
  };
}

function namespaceOf(folder: string): string {
  try {
    return readFileSync(join(folder, 'namespace'), 'utf8').trim();
  } catch (cause) {
    throw new ConnectionError(
      `the pod has no service account in ${folder}: let its token be mounted, or set KUBECONFIG`,
      { cause },
    );
  }
}
