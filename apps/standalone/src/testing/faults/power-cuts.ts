import { mkdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { createCuttableDisk, eventually } from '@ccd/testkit';
import type { CuttableDisk, Random } from '@ccd/testkit';

/** What somebody was promised, and what they asked for without an answer. */
export interface Promises {
  readonly asked: Set<string>;
  readonly kept: Set<string>;
}

export const noPromises = (): Promises => ({ asked: new Set(), kept: new Set() });

/** One life of a store on the disk, from its start to the cut. */
export interface Life {
  /** Writes, one after the other; the name of what is to be there from now on. Fails once the power is gone. */
  readonly writers: readonly ((name: string) => Promise<void>)[];
  /** Lets go of the disk, at once. */
  readonly end: () => Promise<void>;
}

export interface PowerCutOptions {
  /** Folder for the disk. */
  readonly parent: string;
  readonly megabytes: number;
  readonly cuts: number;
  readonly random: Random;
  readonly start: (folder: string) => Promise<Life>;
  /** Looks at the store after the power came back; answers with what is wrong. */
  readonly check: (folder: string, promises: Promises) => Promise<readonly string[]>;
}

const shortestMs = 100;
const longestMs = 500;
const promiseWithinMs = 60_000;

/** Cuts the power again and again while the writers of a store write; answers with what was wrong afterwards. */
export async function cutPower(options: PowerCutOptions) {
  const { parent, megabytes, cuts, random, start, check } = options;
  mkdirSync(parent, { recursive: true });
  const disk = createCuttableDisk(parent, megabytes);
  const promises = noPromises();
  const problems: string[] = [];
  try {
    for (let cut = 0; cut < cuts; cut += 1) {
      const life = await start(disk.folder);
      await liveUntilCut({ life, disk, cut, promises, random });
      disk.remount();
      problems.push(...(await check(disk.folder, promises)));
    }
  } finally {
    disk.remove();
  }
  return { promises, problems };
}

interface OneLife {
  readonly life: Life;
  readonly disk: CuttableDisk;
  readonly cut: number;
  readonly promises: Promises;
  readonly random: Random;
}

async function liveUntilCut({ life, disk, cut, promises, random }: OneLife): Promise<void> {
  const keptBefore = promises.kept.size;
  const state = { off: false, gone: false };
  const writing = life.writers.map(async (write, writer) => {
    for (let number = 0; !state.off; number += 1) {
      const name = `cut-${cut}-${writer}-${number}`;
      promises.asked.add(name);
      try {
        await write(name);
      } catch {
        // The power is gone, or nearly so.
        await delay(1);
        continue;
      }
      // No promise where the power was gone by then: the machine that gives it would be too. Here it goes on, and a
      // sync that was under way may be told that all is well (ext4 passes over extents that it cannot convert).
      if (!state.gone) promises.kept.add(name);
    }
  });
  try {
    await delay(shortestMs + random.below(longestMs - shortestMs));
    await eventually('a first promise', () => promises.kept.size > keptBefore, promiseWithinMs);
    // In the midst of writing, and in turn just after it: then no later sync comes to the help of an earlier write.
    if (cut % 2 === 1) {
      state.off = true;
      await Promise.all(writing);
    }
    // Blocks this process: no answer comes between the cut and the note of it.
    disk.cut();
    state.gone = true;
  } finally {
    // Also where no promise came: writers that go on keep a test that has failed from ending.
    state.off = true;
    await life.end();
    await Promise.all(writing);
  }
}

/** What is there: everything that was promised, once, and nothing that nobody asked for. */
export function checkPromises({ asked, kept }: Promises, found: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const name of found) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [
    ...[...kept].filter((name) => !counts.has(name)).map((name) => `${name} was promised and is lost`),
    ...[...counts].filter(([, count]) => count > 1).map(([name]) => `${name} is there more than once`),
    ...[...counts.keys()].filter((name) => !asked.has(name)).map((name) => `nobody asked for ${name}`),
  ];
}
