import { setTimeout as delay } from 'node:timers/promises';
import type { FailpointName } from '@ccd/failpoints';
import { eventually } from '@ccd/testkit';
import type { Random } from '@ccd/testkit';
import type { Fleet } from './fleet.ts';

/** Failpoints of one kind of process: one at a time is armed. */
export interface FaultGroup {
  readonly failpoints: readonly FailpointName[];
  /** The most visits that are let pass before the kill. */
  readonly passAtMost: number;
}

const fireWithinMs = 90_000;

/** Kills at each failpoint of each group so often; the groups do so at the same time. Answers how often it killed. */
export async function killAtFailpoints(
  { failpoints }: Fleet,
  groups: readonly FaultGroup[],
  times: number,
  random: Random,
): Promise<number> {
  const queues = groups.map(({ failpoints: names, passAtMost }) => ({
    passAtMost,
    names: random.shuffled(Array.from({ length: times }, () => names).flat()),
  }));
  await Promise.all(
    queues.map(async ({ names, passAtMost }) => {
      for (const name of names) {
        const armed = failpoints.arm(name, random.below(passAtMost + 1));
        await eventually(`a kill at ${name}`, () => armed.hasFired(), fireWithinMs, 20);
      }
    }),
  );
  return queues.reduce((sum, { names }) => sum + names.length, 0);
}

const pauseMs = 500;

/** Kills processes at random times, each of any kind as likely as the others. */
export async function killAtRandom(fleet: Fleet, times: number, random: Random): Promise<void> {
  const { engine, controlPlane, gateway, agents } = fleet.processes;
  const pidsOf = {
    engine: async () => [engine.pid()],
    gateway: async () => [gateway.pid()],
    'control-plane': async () => [controlPlane.pid()],
    agents: async () => [agents.pid()],
    decrypter: () => fleet.workers('decrypter'),
    'batch-exporter': () => fleet.workers('batch-exporter'),
  } as const;
  for (let count = 0; count < times; count += 1) {
    await delay(pauseMs / 2 + random.below(pauseMs));
    const find = random.pick(Object.values(pidsOf));
    const pid = await eventually('a process to kill', async () => {
      const found = (await find()).filter((each) => each !== undefined);
      return found.length > 0 ? random.pick(found) : undefined;
    });
    kill(pid);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended just before.
  }
}
