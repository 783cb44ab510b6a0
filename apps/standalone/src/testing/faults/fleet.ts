import { join } from 'node:path';
import { createFailpointControl } from '@ccd/testkit';
import type { FailpointControl } from '@ccd/testkit';
import { startEmbeddedSet } from '../engines/embedded-set.ts';
import type { EmbeddedSet } from '../engines/embedded-set.ts';
import { buildApps } from '../processes/build-apps.ts';
import { launchApps } from '../processes/launch-apps.ts';
import type { LaunchedApps } from '../processes/launch-apps.ts';
import { createLauncher } from '../processes/launcher.ts';
import type { ManagedProcess } from '../processes/managed-process.ts';

/** The whole system on embedded engines, with failpoints, each app a process of its own that is started again when it ends. */
export interface Fleet extends Pick<LaunchedApps, 'urls' | 'strm' | 'workers' | 'cluster'> {
  readonly failpoints: FailpointControl;
  readonly processes: LaunchedApps['processes'] & { readonly engine: ManagedProcess };
  readonly engines: EmbeddedSet;
  /** What all processes logged. */
  readonly log: readonly string[];
  stop(): Promise<void>;
}

const agentsWithFailpoints = join(import.meta.dirname, 'agents-main.ts');

/** @param folder of this fleet alone, short enough for a Unix socket */
export async function startFleet(folder: string): Promise<Fleet> {
  const apps = await buildApps(join(folder, 'dist'), [
    ...['control-plane', 'event-gateway', 'decrypter', 'batch-exporter', 'usage-forwarder', 'standalone'],
    agentsWithFailpoints,
  ]);
  const failpoints = createFailpointControl(join(folder, 'failpoints'));
  const { nodeArguments, environment } = failpoints;
  const launcher = createLauncher({ nodeArguments, environment });
  try {
    const engines = await startEmbeddedSet({ folder, apps, launcher });
    const launched = await launchApps({
      folder,
      apps: { ...apps, agents: join(apps.folder, 'faults', 'agents-main.js') },
      launcher,
      engines,
    });
    return {
      ...launched,
      failpoints,
      engines,
      processes: { engine: engines.engine, ...launched.processes },
      log: launcher.log,
      stop: () => launcher.stop(),
    };
  } catch (error) {
    await launcher.stop();
    throw new Error(`the fleet did not start; it said:\n${launcher.log.slice(-20).join('\n')}`, {
      cause: error,
    });
  }
}
