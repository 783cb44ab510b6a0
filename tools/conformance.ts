/**
 * Runs the end-to-end test of the streaming engine on a cluster that somebody has.
 * usage: npm run conformance -- --registry R --tag T --other-tag T2 --machine ADDRESS [--kubeconfig FILE]
 */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

const root = resolve(import.meta.dirname, '..');
const help = `usage: npm run conformance -- --registry R --tag T --other-tag T2 --machine ADDRESS [--kubeconfig FILE]

Installs the data plane by Helm in namespaces of its own (ccd-conformance-…) on the cluster of a kubeconfig, takes events from the
gateway to objects, changes things by hand, upgrades and rolls back, uninstalls the release, looks that nothing of it is left on the
cluster, removes the namespaces, and says what held. Of a run that is broken off a namespace stays, and policies of its name:
docs/operations/kubernetes.md, "Remove it".

Control plane, Kafka, Redis, PostgreSQL and S3 are started on this machine (npm run test-servers installs them), so that pods
of the cluster must be able to reach it.
  --registry    where the cluster pulls images from: push what npm run images -- --registry R --tag T has built
  --tag         their tag
  --other-tag   another tag of them, to which the release is upgraded: an earlier or a later version, or the same
  --machine     the address at which pods reach this machine; with kind or k3d that of its bridge (docker network inspect)
  --kubeconfig  default: KUBECONFIG, or ~/.kube/config. Its current context is used; kubectl has to be in the PATH.`;

function parse(): Readonly<Record<string, string>> | undefined {
  const { values } = parseArgs({
    options: {
      registry: { type: 'string' },
      tag: { type: 'string' },
      'other-tag': { type: 'string' },
      machine: { type: 'string' },
      kubeconfig: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return undefined;
  const needed = (name: 'registry' | 'tag' | 'other-tag' | 'machine'): string => {
    const value = values[name];
    if (value === undefined || value === '') throw new Error(`--${name} is missing; --help explains it`);
    return value;
  };
  return {
    CCD_CONFORMANCE_REGISTRY: needed('registry'),
    CCD_CONFORMANCE_TAG: needed('tag'),
    CCD_CONFORMANCE_OTHER_TAG: needed('other-tag'),
    CCD_CONFORMANCE_MACHINE: needed('machine'),
    CCD_CONFORMANCE_KUBECONFIG: resolve(
      values.kubeconfig ?? process.env['KUBECONFIG'] ?? `${process.env['HOME'] ?? ''}/.kube/config`,
    ),
  };
}

try {
  const settings = parse();
  if (settings === undefined) console.log(help);
  else {
    const { status } = spawnSync(
      process.execPath,
      [
        ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
        ...['node_modules/jest/bin/jest.js', '-i', '--verbose'],
        ...['--testMatch', '**/*.conformance.ts'],
      ],
      // What a test lacks here is no reason to skip it: somebody asked for it.
      { cwd: root, stdio: 'inherit', env: { ...process.env, ...settings, CI: 'true' } },
    );
    process.exitCode = status ?? 1;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
