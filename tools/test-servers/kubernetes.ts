import { join } from 'node:path';
import { cachedFolder, serverVersions } from '@ccd/testkit/servers';
import { assertGo, goEnv } from './go.ts';
import { intoCache } from './into-cache.ts';
import type { Kitchen, Recipe } from './recipe.ts';
import { runProgram } from './run-program.ts';

/** A module of its own: Kubernetes replaces modules, which Go heeds in the module alone that is built in. */
const pinned = join(import.meta.dirname, 'kubernetes');

/** As Go names it. */
export const kubernetesVersion = `v${serverVersions.kubernetes}`;
const [major = '', minor = ''] = serverVersions.kubernetes.split('.');

/** As the releases of Kubernetes are linked: without symbols, and with the version that servers and clients tell of. */
const linkerFlags = [
  '-s -w',
  ...['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((of) => [
    `-X ${of}.gitVersion=${kubernetesVersion}`,
    `-X ${of}.gitMajor=${major}`,
    `-X ${of}.gitMinor=${minor}`,
  ]),
].join(' ');

/** Programs by their names, each with its package. */
type GoPrograms = Readonly<Record<string, string>>;

/** Builds into a folder, one after the other: each uses all cores, and what several need is compiled once. */
export async function buildOfKubernetes(
  programs: GoPrograms,
  folder: string,
  say: Kitchen['say'],
): Promise<void> {
  for (const [name, main] of Object.entries(programs)) {
    const started = performance.now();
    // Without cgo, and with gRPC's tracing left out, as in the releases.
    await runProgram(
      'go',
      [
        ...['build', '-trimpath', '-tags=grpcnotrace', `-ldflags=${linkerFlags}`],
        ...[`-o=${join(folder, name)}`, main],
      ],
      { cwd: pinned, env: { ...goEnv, CGO_ENABLED: '0' } },
    );
    say(`${name}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
  }
}

/** The etcd is the one that this Kubernetes is tested with. */
export const kubernetes: Recipe = {
  from: `the Go module proxy, k8s.io/kubernetes@${kubernetesVersion}, 240 MB when built`,
  async install({ cache, say }) {
    assertGo();
    say('its modules, and building: eight minutes on two cores; what is interrupted goes on where it was');
    await intoCache(cachedFolder('kubernetes', cache), (folder) =>
      buildOfKubernetes(
        {
          etcd: 'go.etcd.io/etcd/server/v3',
          kubectl: 'k8s.io/kubernetes/cmd/kubectl',
          'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
          'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
        },
        folder,
        say,
      ),
    );
  },
};
