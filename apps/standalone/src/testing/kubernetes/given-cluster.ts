import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { eventually } from '@ccd/testkit';
import { forwardPort, inheritedEnv } from '@ccd/testkit/servers';
import { z } from 'zod';
import type { InstallCluster } from './install-cluster.ts';
import { createRelease } from './release.ts';

/** What `npm run conformance` was told, as it hands it on. */
export const givenClusterSchema = z.object({
  CCD_CONFORMANCE_KUBECONFIG: z.string().min(1),
  CCD_CONFORMANCE_REGISTRY: z.string().min(1),
  CCD_CONFORMANCE_TAG: z.string().min(1),
  CCD_CONFORMANCE_OTHER_TAG: z.string().min(1),
  CCD_CONFORMANCE_MACHINE: z.string().min(1),
});

/** Between the end of a forwarding and the next. */
const againMs = 500;

export type GivenCluster = z.output<typeof givenClusterSchema>;

/**
 * A cluster that somebody has, reached by kubectl and Helm alone, so that whatever its kubeconfig needs to log in works. When
 * it is stopped, releases are uninstalled, since policies belong to no namespace, and all else goes with its namespace.
 * @param folder for Helm
 */
export function useGivenCluster(given: GivenCluster, folder: string): InstallCluster {
  const kubeconfig = given.CCD_CONFORMANCE_KUBECONFIG;
  const machine = given.CCD_CONFORMANCE_MACHINE;
  const env = { ...inheritedEnv, KUBECONFIG: kubeconfig };
  const namespaces: string[] = [];
  const started: { stop(): unknown }[] = [];

  function kubectl(args: readonly string[], input = ''): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = execFile('kubectl', args, { env, maxBuffer: 2 ** 26 }, (error, out, errors) => {
        if (error === null) resolve(out);
        else reject(new Error(`kubectl ${args.join(' ')}: ${errors.trim() || error.message}`));
      });
      // It may have ended without reading.
      child.stdin?.on('error', () => {});
      child.stdin?.end(input);
    });
  }

  /** Through the API server, since a Service's address is of the cluster; begun again when its pod goes. */
  async function forward(namespace: string): Promise<string> {
    let [port, stopped] = [0, false];
    function run(): void {
      const args = ['--namespace', namespace, 'port-forward', 'service/event-gateway', `${port}:80`];
      const child = spawn('kubectl', args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
      started.push({ stop: () => child.kill() });
      child.on('exit', () => {
        if (!stopped) setTimeout(run, againMs).unref();
      });
      createInterface(child.stdout).on('line', (line) => {
        port = Number(/:(\d+) ->/.exec(line)?.[1] ?? port);
      });
    }
    started.push({
      stop() {
        stopped = true;
      },
    });
    run();
    await eventually('the port of the gateway', () => port !== 0, 30_000);
    return `http://127.0.0.1:${port}`;
  }

  return {
    kubeconfig,
    machine,
    registry: given.CCD_CONFORMANCE_REGISTRY,
    tags: [given.CCD_CONFORMANCE_TAG, given.CCD_CONFORMANCE_OTHER_TAG],
    async expose(port) {
      started.push(await forwardPort(machine, port));
    },
    kubectl,
    async namespace(labels) {
      const name = `ccd-conformance-${randomBytes(4).toString('hex')}`;
      const metadata = { name, labels };
      await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata }));
      namespaces.push(name);
      return name;
    },
    gatewayUrl: forward,
    audit: undefined,
    async stop() {
      for (const each of started.toReversed()) each.stop();
      for (const namespace of namespaces) {
        try {
          await createRelease({ folder, namespace, kubeconfig }).uninstall();
        } finally {
          await kubectl(['delete', 'namespace', namespace, '--wait', '--timeout=120s']);
        }
      }
    },
  };
}
