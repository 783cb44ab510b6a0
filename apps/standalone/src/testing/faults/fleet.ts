import { join } from 'node:path';
import { createFailpointControl } from '@ccd/testkit';
import type { FailpointControl } from '@ccd/testkit';
import type { EngineSet, EngineSetOptions } from '../engines/engine-set.ts';
import { buildApps } from '../processes/build-apps.ts';
import { launchApps } from '../processes/launch-apps.ts';
import type { LaunchedApps } from '../processes/launch-apps.ts';
import { createLauncher } from '../processes/launcher.ts';
import type { Launcher } from '../processes/launcher.ts';

/** The whole system with failpoints, each app a process of its own that is started again when it ends. */
export interface Fleet<Engines extends EngineSet = EngineSet> extends LaunchedApps {
  readonly failpoints: FailpointControl;
  readonly engines: Engines;
  readonly launcher: Launcher;
  /** What all processes logged. */
  readonly log: readonly string[];
  /** Ends the apps. What the engines stored can still be looked at. */
  stop(): Promise<void>;
}

const agentsWithFailpoints = join(import.meta.dirname, 'agents-main.ts');

/** @param folder of this fleet alone, short enough for a Unix socket */
export async function startFleet<Engines extends EngineSet>(
  folder: string,
  startSet: (options: EngineSetOptions) => Promise<Engines>,
): Promise<Fleet<Engines>> {
  const apps = await buildApps(join(folder, 'dist'), [
    ...['control-plane', 'event-gateway', 'decrypter', 'batch-exporter', 'usage-forwarder', 'standalone'],
    agentsWithFailpoints,
  ]);
  const failpoints = createFailpointControl(join(folder, 'failpoints'));
  const { nodeArguments, environment } = failpoints;
  const launcher = createLauncher({ nodeArguments, environment });
  let engines: Engines | undefined;
  try {
    engines = await startSet({ folder, apps, launcher });
    const launched = await launchApps({
      folder,
      apps: { ...apps, agents: join(apps.folder, 'faults', 'agents-main.js') },
      launcher,
      engines,
    });
    return { ...launched, failpoints, engines, launcher, log: launcher.log, stop: () => launcher.stop() };
  } catch (error) {
    await launcher.stop();
    await engines?.stop();
    throw new Error(`the fleet did not start; it said:\n${launcher.log.slice(-20).join('\n')}`, {
      cause: error,
    });
  }
}
