import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keptText } from '../kept.ts';
import { createTestAuthority } from '../tls/authority.ts';
import { nodeName } from './node-network.ts';

/** What the processes of a control plane have to know of each other, in files. */
export interface ClusterFiles {
  /** PEM of the authority that issued the API server's certificate. */
  readonly ca: string;
  readonly tokens: Readonly<Record<ClusterUser, string>>;
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** Lines of token, name, id and groups. */
  readonly tokenFile: string;
  /** Signs the tokens of service accounts. */
  readonly serviceAccountKeyFile: string;
  readonly auditPolicyFile: string;
  /** By which kubelets know the API server. */
  readonly kubeletClient: { readonly certFile: string; readonly keyFile: string };
}

/** Who has a token, and by which name and in which group the roles of Kubernetes know them. */
const userNames = ['admin', 'controllers', 'scheduler', 'node', 'proxy'] as const;
const users = {
  admin: { name: 'admin', group: 'system:masters' },
  controllers: { name: 'system:kube-controller-manager', group: '' },
  scheduler: { name: 'system:kube-scheduler', group: '' },
  node: { name: `system:node:${nodeName}`, group: 'system:nodes' },
  proxy: { name: 'system:kube-proxy', group: '' },
} as const satisfies Record<ClusterUser, object>;

type ClusterUser = (typeof userNames)[number];

const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'Metadata' }],
};

const newToken = (): string => randomBytes(24).toString('hex');

function newServiceAccountKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // The one form that the API server takes for both halves.
  return privateKey.export({ type: 'sec1', format: 'pem' });
}

/**
 * Writes them. In a home the tokens and the key of service accounts are those of the last start; certificates are always new,
 * so that none is ever too old.
 * @param hosts names and addresses that the API server is reached by
 */
export async function writeClusterFiles(
  folder: string,
  hosts: readonly string[],
  home: string | undefined,
): Promise<ClusterFiles> {
  const authority = await createTestAuthority('test cluster');
  const server = await authority.issue({ name: 'kube-apiserver', hosts });
  const kubeletClient = await authority.issue({ name: 'kube-apiserver', organisation: 'system:masters' });
  const token = (user: ClusterUser): string => keptText(home, `${user}Token`, newToken);
  const tokens = {
    ...{ admin: token('admin'), controllers: token('controllers'), scheduler: token('scheduler') },
    ...{ node: token('node'), proxy: token('proxy') },
  };
  function write(name: string, content: string): string {
    const file = join(folder, name);
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  }
  return {
    ca: authority.ca,
    tokens,
    caFile: write('ca.pem', authority.ca),
    certFile: write('server.pem', server.cert),
    keyFile: write('server.key', server.key),
    tokenFile: write(
      'tokens.csv',
      userNames
        .map((user) => `${tokens[user]},${users[user].name},${user},"${users[user].group}"\n`)
        .join(''),
    ),
    serviceAccountKeyFile: write(
      'service-accounts.key',
      keptText(home, 'serviceAccountKey', newServiceAccountKey),
    ),
    auditPolicyFile: write('audit-policy.json', JSON.stringify(auditPolicy)),
    kubeletClient: {
      certFile: write('kubelet-client.pem', kubeletClient.cert),
      keyFile: write('kubelet-client.key', kubeletClient.key),
    },
  };
}
