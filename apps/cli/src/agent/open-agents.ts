import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  ClusterUnavailableError,
  connectAgents,
  ConnectionError,
  DeniedError,
  openLocalAgents,
} from '@ccd/cluster';
import type { KeptAgents } from '@ccd/cluster';
import { CliError } from '../cli-error.ts';
import type { LocalContext } from '../command/command.ts';
import { optionalText, text } from '../command/flag.ts';

const data = text('--data <folder>', 'the data folder of the installation on this machine', 'data');
const namespace = optionalText('--namespace <name>', 'a namespace of Kubernetes that they run in, instead');
const kubeconfig = optionalText(
  '--kubeconfig <file>',
  'how to reach that, by its current context; default: $KUBECONFIG, or ~/.kube/config',
);

/** Where agents are looked for. */
export const placeFlags = [data, namespace, kubeconfig];

/** Works with the agents that the flags lead to. @throws CliError */
export async function withAgents<T>(
  context: LocalContext,
  work: (agents: KeptAgents) => Promise<T>,
): Promise<T> {
  const agents = await inWords(() => open(context));
  try {
    return await inWords(() => work(agents));
  } finally {
    agents.close();
  }
}

async function open({ flags, io }: LocalContext): Promise<KeptAgents> {
  const place = flags.get(namespace);
  const file = flags.get(kubeconfig);
  if (place === undefined && file === undefined) return openLocalAgents(clusterFolder(flags.get(data)));
  return connectAgents(
    {
      kubeconfig: file ?? io.env['KUBECONFIG'] ?? join(io.homeFolder, '.kube', 'config'),
      ...(place !== undefined && { namespace: place }),
    },
    io.clock,
  );
}

/** The folder of the cluster: the one given, or `cluster` in it. @throws CliError */
function clusterFolder(given: string): string {
  const found = [join(given, 'cluster'), given].find((folder) => existsSync(join(folder, 'agents')));
  if (found !== undefined) return found;
  throw new CliError(
    `No agent keeps anything in ${given}. Give the folder of the installation with --data, or a namespace of Kubernetes with --namespace.`,
  );
}

async function inWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DeniedError && error.reason === 'Forbidden') {
      throw new CliError(
        'The cluster does not let you. You need the rights to list and patch Leases, and to get ConfigMaps, in the namespace of the agents.',
        { cause: error },
      );
    }
    if (
      error instanceof ConnectionError ||
      error instanceof ClusterUnavailableError ||
      error instanceof DeniedError
    )
      throw new CliError(error.message, { cause: error });
    throw error;
  }
}
