import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';

/** The only node of a cluster. */
export const nodeName = 'node';

/** The addresses of one node, apart from those of every other node of this machine. */
export interface NodeNetwork {
  /** The machine's end of the link to the node, and the only device that is left on the machine's side. */
  readonly device: string;
  /** The machine, as pods see it. */
  readonly machine: string;
  /** The node, as the machine sees it. */
  readonly node: string;
  readonly pods: string;
  readonly services: string;
  /** The cluster IP of the API server's own Service. */
  readonly apiService: string;
}

const highest = 255;

/** Picks a network that no node on this machine has. */
export function pickNodeNetwork(): NodeNetwork {
  for (let tries = 0; tries < 10 * highest; tries += 1) {
    const index = randomInt(highest);
    const device = `ccd${index}`;
    if (existsSync(`/sys/class/net/${device}`)) continue;
    return {
      device,
      machine: `10.202.${index}.1`,
      node: `10.202.${index}.2`,
      pods: `10.201.${index}.0/24`,
      services: `10.200.${index}.0/24`,
      apiService: `10.200.${index}.1`,
    };
  }
  throw new Error(`all ${highest} networks for nodes are taken`);
}

/** Names and addresses that an API server is reached by: from this machine, and from pods. */
export function apiServerHosts(network: NodeNetwork | undefined): readonly string[] {
  const ofMachine = ['localhost', '127.0.0.1'];
  if (network === undefined) return ofMachine;
  const names = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];
  return [
    ...ofMachine,
    ...names,
    'kubernetes.default.svc.cluster.local',
    network.machine,
    network.apiService,
  ];
}
