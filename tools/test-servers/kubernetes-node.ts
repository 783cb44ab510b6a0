import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cachedFolder, pauseImage, writeImageArchive } from '@ccd/testkit/servers';
import { aptInstall } from './apt.ts';
import { assertGo, checkModule, goEnv } from './go.ts';
import type { GoModule } from './go.ts';
import { intoCache } from './into-cache.ts';
import { buildOfKubernetes, kubernetesVersion } from './kubernetes.ts';
import type { Kitchen, Recipe } from './recipe.ts';
import { runProgram } from './run-program.ts';

const containerd: GoModule = {
  path: 'github.com/containerd/containerd/v2',
  version: 'v2.4.2',
  sum: 'h1:p6Qg+xbEz8lvwdhHDx0U469xENvp4LgGBx+E7djXkGw=',
};

const runc: GoModule = {
  path: 'github.com/opencontainers/runc',
  version: 'v1.3.4',
  sum: 'h1:+lwmPUTzbgv0JFqu8zBU2WtHYbm+JPPS9hxB/PvWd30=',
};

/** Of Debian's: the network of pods, what kube-proxy and its plugins set it up with, and what runc is built with. */
const packages = [
  ...['containernetworking-plugins', 'nftables', 'iproute2', 'util-linux'],
  ...['gcc', 'libc6-dev', 'libseccomp-dev', 'pkg-config'],
];

export const kubernetesNode: Recipe = {
  from: `the Go module proxy, kubelet ${kubernetesVersion}, containerd ${containerd.version} and others, 300 MB when built; Debian`,
  async install(kitchen) {
    const { cache, say } = kitchen;
    assertGo();
    say(`${packages.join(', ')} from Debian`);
    await aptInstall(packages, kitchen);
    say('modules, and building: three minutes once Kubernetes is built');
    await intoCache(cachedFolder('kubernetes-node', cache), async (folder) => {
      await buildOfKubernetes(
        {
          'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
          kubelet: 'k8s.io/kubernetes/cmd/kubelet',
          'kube-proxy': 'k8s.io/kubernetes/cmd/kube-proxy',
          coredns: './coredns',
          pause: './pause',
        },
        folder,
        say,
      );
      await packPause(folder);
      const versionOf = `-X ${containerd.path}/version.Version=${containerd.version}`;
      await installGo(
        containerd,
        ['/cmd/containerd', '/cmd/containerd-shim-runc-v2', '/cmd/ctr'],
        { GOBIN: folder, CGO_ENABLED: '0' },
        [`-ldflags=-s -w ${versionOf}`],
        say,
      );
      // Its filter of system calls is a library in C.
      await installGo(
        runc,
        [''],
        { GOBIN: folder, CGO_ENABLED: '1' },
        ['-ldflags=-s -w', '-tags=seccomp'],
        say,
      );
    });
  },
};

async function installGo(
  module: GoModule,
  mains: readonly string[],
  env: Readonly<Record<string, string>>,
  flags: readonly string[],
  say: Kitchen['say'],
): Promise<void> {
  const started = performance.now();
  await checkModule(module);
  await runProgram(
    'go',
    ['install', '-trimpath', ...flags, ...mains.map((main) => `${module.path}${main}@${module.version}`)],
    { env: { ...goEnv, ...env } },
  );
  say(`${module.path}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
}

/** The image that holds the namespaces of each pod: one program. */
async function packPause(folder: string): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'ccd-pause-'));
  // Whoever the pod runs as has to be able to enter it.
  chmodSync(root, 0o755);
  try {
    copyFileSync(join(folder, 'pause'), join(root, 'pause'));
    await writeImageArchive(join(folder, 'pause.tar'), { name: pauseImage, root, entrypoint: ['/pause'] });
  } finally {
    rmSync(root, { recursive: true });
  }
}
