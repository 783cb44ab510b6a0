import type { Clock } from '@ccd/reconcile';
import type { KeptAgents } from './kept-agents.ts';
import { connectKubernetesAgents } from './kubernetes/connect-kubernetes-agents.ts';
import { connectByKubeconfig } from './kubernetes/connection/kubeconfig.ts';

export interface AgentsPlace {
  /** A file; its current context is the person's. */
  readonly kubeconfig: string;
  /** Default: that of the context. */
  readonly namespace?: string;
}

/**
 * The agents in a namespace of Kubernetes, as a person reaches them.
 * @throws ConnectionError
 */
export async function connectAgents(
  { kubeconfig, namespace }: AgentsPlace,
  clock: Clock,
): Promise<KeptAgents & { readonly namespace: string }> {
  const connection = await connectByKubeconfig(kubeconfig, clock);
  const place = namespace ?? connection.namespace ?? 'default';
  return { ...connectKubernetesAgents({ connection, namespace: place, clock }), namespace: place };
}
