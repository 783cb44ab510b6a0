import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '@ccd/testkit';
import type { KubernetesServer } from '@ccd/testkit/servers';
import { z } from 'zod';
import { installationId } from '../agent-settings.ts';
import { createRelease } from './release.ts';

export type WorkloadAgent = 'streams-agent' | 'exporters-agent';

export interface BoundedAgentsOptions {
  /** Of theirs alone. */
  readonly folder: string;
  readonly server: Pick<KubernetesServer, 'kubectl' | 'kubeconfig' | 'kubeconfigFor'>;
  readonly namespace: string;
  /** A control plane on this machine, without TLS. */
  readonly controlPlane: { readonly port: number; readonly authUrl: string };
  /** Of the event log. */
  readonly socketPath: string;
}

/** What a process outside of the cluster needs to be an agent of it, and how the API server tells it from others. */
export interface AgentIdentity {
  readonly environment: Readonly<Record<string, string>>;
  /** Of its token, as audit logs have it. */
  readonly credential: string;
}

/** Agents that run outside of the cluster with the rights, the bounds and the pod templates that the chart installs there. */
export interface BoundedAgents {
  /** Another replica of an agent. */
  replica(agent: WorkloadAgent, name: string): Promise<AgentIdentity>;
}

const kubeconfigSchema = z.object({
  users: z.tuple([z.object({ user: z.object({ token: z.string() }) })]),
});
const payloadSchema = z.object({ jti: z.string() });
const agents: readonly WorkloadAgent[] = ['streams-agent', 'exporters-agent'];
const clientSecret = 'a-secret-of-the-test';

/** Installs the chart without a pod of its own; resolves when the policies hold. */
export async function installBoundedAgents(options: BoundedAgentsOptions): Promise<BoundedAgents> {
  const { folder, server, namespace, controlPlane, socketPath } = options;
  const shared = {
    STRM_API_HOST: '127.0.0.1',
    STRM_API_PORT: `${controlPlane.port}`,
    STRM_API_TLS: 'false',
    STRM_AUTH_URL: controlPlane.authUrl,
    STRM_AUTH_CLIENT_ID: 'ins-test',
    STRM_AUTH_CLIENT_SECRET: clientSecret,
    STRM_INSTALLATION_ID: installationId,
  };
  const log = { EVENTLOG_ENGINE: 'embedded', EVENTLOG_SOCKET: socketPath };
  const noPods = { replicas: 0 };
  const extraEnv = Object.entries(log).map(([name, value]) => ({ name, value }));
  await createRelease({ folder, namespace, kubeconfig: server.kubeconfig }).install({
    registry: { url: 'registry.example' },
    license: { installationId, installationClientId: 'ins-test', installationClientSecret: clientSecret },
    api: { host: '127.0.0.1', port: controlPlane.port, tls: false, authHost: controlPlane.authUrl },
    kafka: { bootstrapServers: 'kafka.example:9092' },
    redis: { host: 'redis.example' },
    sessionKeys: { existingSecret: 'session-keys' },
    components: {
      eventGateway: { enabled: false },
      dataConnectorAgent: { enabled: false },
      streamsAgent: { ...noPods, extraEnv },
      batchExportersAgent: noPods,
    },
  });
  await Promise.all(agents.map((agent) => untilBounded(options, agent)));

  return {
    async replica(agent, name) {
      const kubeconfig = await server.kubeconfigFor(namespace, agent);
      const [kubeconfigFile, templateFile] = [join(folder, `kubeconfig-${name}`), join(folder, agent)];
      await writeFile(kubeconfigFile, kubeconfig, { mode: 0o600 });
      const configMap = ['get', 'configmap', `pod-template-${agent}`, '-n', namespace];
      await writeFile(
        templateFile,
        await server.kubectl([...configMap, '-o', 'jsonpath={.data.template\\.yaml}']),
      );
      return {
        credential: credentialOf(kubeconfig),
        environment: {
          ...shared,
          ...(agent === 'streams-agent' && log),
          CLUSTER_ENGINE: 'kubernetes',
          KUBECONFIG: kubeconfigFile,
          WORKLOAD_TEMPLATE_FILE: templateFile,
          POLL_INTERVAL_MS: '250',
          ADMIN_HOST: '127.0.0.1',
          ADMIN_PORT: '0',
          INSTANCE_ID: `pod-${name}`,
        },
      };
    },
  };
}

function credentialOf(kubeconfig: string): string {
  const { token } = kubeconfigSchema.parse(JSON.parse(kubeconfig)).users[0].user;
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  return `JTI=${payloadSchema.parse(JSON.parse(payload)).jti}`;
}

/** Waits until the API server refuses the agent what its Role would let it do. */
async function untilBounded({ server, namespace }: BoundedAgentsOptions, agent: string): Promise<void> {
  const foreign = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'foreign' } };
  const asAgent = `--as=system:serviceaccount:${namespace}:${agent}`;
  await eventually(`the policy of ${agent} holds`, async () => {
    const said = await server
      .kubectl(['create', '--dry-run=server', '-n', namespace, asAgent, '-f', '-'], JSON.stringify(foreign))
      .catch(String);
    return said.includes('its own ConfigMaps alone');
  });
}
