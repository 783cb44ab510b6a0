import { setTimeout as delay } from 'node:timers/promises';
import type { FailpointName } from '@ccd/failpoints';
import { eventually } from '@ccd/testkit';
import type { Random } from '@ccd/testkit';
import type { LaunchedApps } from '../processes/launch-apps.ts';
import { signal } from '../processes/signal.ts';
import type { Fleet } from './fleet.ts';

/** Failpoints of one kind of process: one at a time is armed. */
export interface FaultGroup {
  readonly failpoints: readonly FailpointName[];
  /** The most visits that are let pass before the kill. */
  readonly passAtMost: number;
  /** Left alone for a while after each kill: a process that all others need to get anything done. */
  readonly spare?: { readonly process: keyof LaunchedApps['processes']; readonly ms: number };
}

const fireWithinMs = 180_000;
/** Until a killed process is known to be gone. */
const restartMs = 200;

/** Kills at each failpoint of each group so often; the groups do so at the same time. Answers how often it killed. */
export async function killAtFailpoints(
  fleet: Pick<Fleet, 'failpoints' | 'processes'>,
  groups: readonly FaultGroup[],
  times: number,
  random: Random,
): Promise<number> {
  const queues = groups.map((group) => ({
    group,
    names: random.shuffled(Array.from({ length: times }, () => group.failpoints).flat()),
  }));
  const state = { failed: false };
  async function killAll({ group, names }: (typeof queues)[number]): Promise<void> {
    for (const [index, name] of names.entries()) {
      const armed = fleet.failpoints.arm(name, random.below(group.passAtMost + 1));
      await eventually(`a kill at ${name}`, () => state.failed || armed.hasFired(), fireWithinMs, 20);
      if (state.failed) return;
      if (index < names.length - 1) await spare(fleet, group);
    }
  }
  await Promise.all(
    queues.map((queue) =>
      killAll(queue).catch((error: unknown) => {
        state.failed = true;
        throw error;
      }),
    ),
  );
  return queues.reduce((sum, { names }) => sum + names.length, 0);
}

async function spare({ processes }: Pick<Fleet, 'processes'>, { spare: spared }: FaultGroup): Promise<void> {
  if (spared === undefined) return;
  const { [spared.process]: spareable } = processes;
  await delay(restartMs);
  await eventually(`the return of ${spareable.name}`, () => spareable.isReady(), fireWithinMs);
  await delay(spared.ms);
}

const betweenMs = 500;

/** Kills processes at random times, each of any kind as likely as the others. */
export async function killAtRandom(
  { processes, engines, workers }: Pick<Fleet, 'processes' | 'engines' | 'workers'>,
  times: number,
  random: Random,
): Promise<void> {
  const managed = [...Object.values(engines.processes), ...Object.values(processes)];
  const finders = [
    ...managed.map((each) => async () => [each.pid()]),
    () => workers('decrypter'),
    () => workers('batch-exporter'),
  ];
  for (let count = 0; count < times; count += 1) {
    await delay(betweenMs / 2 + random.below(betweenMs));
    const find = random.pick(finders);
    const aProcess = async () => {
      const found = (await find()).filter((each) => each !== undefined);
      return found.length > 0 ? random.pick(found) : undefined;
    };
    signal(await eventually('a process to kill', aProcess, fireWithinMs), 'SIGKILL');
  }
}
