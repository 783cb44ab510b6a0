import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cachedFolder, findProgram, serverPlaces } from '@ccd/testkit/servers';
import { clone } from '../processes/build-apps.ts';

const execute = promisify(execFile);

/** A release of the chart of the data plane. */
export interface Release {
  /** Installs it, or upgrades it, and waits until its pods are ready. */
  install(values: object): Promise<void>;
  /** Back to the values and the chart of the installation before. */
  rollback(): Promise<void>;
  /** What it has made, as YAML. */
  manifest(): Promise<string>;
  /** Removes what it has made; nothing where it is not installed. */
  uninstall(): Promise<void>;
}

export interface ReleaseOptions {
  /** Of this release alone. */
  readonly folder: string;
  readonly namespace: string;
  /** A file. */
  readonly kubeconfig: string;
}

/** Releases by Helm, as a person would. */
export function createRelease({ folder, namespace, kubeconfig }: ReleaseOptions): Release {
  const program =
    findProgram('helm', [cachedFolder('helm', serverPlaces.cache), ...serverPlaces.path]) ?? 'helm';
  const helm = (...args: readonly string[]) =>
    execute(program, [...args, '--namespace', namespace, '--kubeconfig', kubeconfig], {
      // Without a home it would keep what it finds out of the cluster in the folder that this runs in.
      env: { HOME: folder, HELM_CACHE_HOME: folder, HELM_CONFIG_HOME: folder, HELM_DATA_HOME: folder },
    });
  const name = 'data-plane';
  return {
    async install(values) {
      await execute(process.execPath, ['tools/charts.ts', '--out', join(folder, 'charts')], { cwd: clone });
      const file = join(folder, 'values.json');
      await writeFile(file, JSON.stringify(values), { mode: 0o600 });
      await helm(
        ...['upgrade', '--install', name, join(folder, 'charts', 'strm')],
        ...['--values', file, '--wait', '--timeout', '180s'],
      );
    },
    async rollback() {
      await helm('rollback', name, '--wait', '--timeout', '180s');
    },
    async manifest() {
      const { stdout } = await helm('get', 'manifest', name);
      return stdout;
    },
    async uninstall() {
      await helm('uninstall', name, '--ignore-not-found', '--wait', '--timeout', '120s');
    },
  };
}
