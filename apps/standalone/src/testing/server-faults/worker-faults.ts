import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@ccd/testkit';
import type { Random } from '@ccd/testkit';
import type { ServerSet } from '../engines/server-set.ts';
import type { Fleet } from '../faults/fleet.ts';
import { killAtRandom } from '../faults/inject-faults.ts';
import { signal } from '../processes/signal.ts';
import type { Fault } from './fault.ts';

type WorkerApp = 'decrypter' | 'batch-exporter';

/** The process of one of the workers that the agents run, as soon as there is one. */
export const aWorker = (
  { workers }: Pick<Fleet, 'workers'>,
  app: WorkerApp,
  random: Random,
): Promise<number> =>
  eventually(
    `a ${app}`,
    async () => {
      const found = await workers(app);
      return found.length > 0 ? random.pick(found) : undefined;
    },
    60_000,
  );

/** Apps are killed, and workers stand still so long that others take their partitions over. */
export function workerFaults(
  fleet: Fleet<ServerSet>,
  random: Random,
  goesOn: () => Promise<void>,
): readonly Fault[] {
  const zombie = (app: WorkerApp): Fault => ({
    name: `${app} paused beyond its session`,
    times: 10,
    async inject() {
      const pid = await aWorker(fleet, app, random);
      signal(pid, 'SIGSTOP');
      await outlive(pid);
    },
  });
  /** What it has derived by then others derive as well; only the fence keeps it from being stored twice. */
  const zombieInTransaction: Fault = {
    name: 'a decrypter stopped before its transaction, beyond its session',
    times: 10,
    async inject() {
      const armed = fleet.failpoints.armStop('decrypter.beforeTransaction', random.below(5));
      await outlive(await eventually('a decrypter that stands still', () => armed.pid(), 60_000));
    },
  };

  async function outlive(stopped: number): Promise<void> {
    try {
      await delay(fleet.engines.sessionMs * 1.5);
      await goesOn();
    } finally {
      signal(stopped, 'SIGCONT');
    }
  }

  return [
    { name: 'an app killed', times: 100, inject: () => killAtRandom(fleet, 1, random) },
    {
      name: 'a decrypter killed',
      times: 100,
      async inject() {
        signal(await aWorker(fleet, 'decrypter', random), 'SIGKILL');
      },
    },
    zombie('decrypter'),
    zombieInTransaction,
    zombie('batch-exporter'),
  ];
}
