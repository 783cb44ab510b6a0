import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { connectCluster } from '@ccd/cluster';
import type { Cluster } from '@ccd/cluster';
import { scratchDir } from '@ccd/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectorAttacks } from './testing/hostile/connector-attacks.ts';
import { exporterAttacks } from './testing/hostile/exporter-attacks.ts';
import { firstEntities, toItems } from './testing/hostile/honest.ts';
import { consistent, everyName, everyUuid } from './testing/hostile/lies.ts';
import { startHostileRig } from './testing/hostile/rig.ts';
import type { HostileRig } from './testing/hostile/rig.ts';
import { streamAttacks } from './testing/hostile/stream-attacks.ts';

const honest = toItems(firstEntities);
const paths = [
  '../../../bait',
  '../bait',
  '/tmp/bait',
  '..',
  '.',
  'a/../../../bait',
  'bait\0',
  '%2e%2e%2fbait',
];
const tricks = [
  ...[...streamAttacks, ...exporterAttacks, ...connectorAttacks]
    .filter(({ heldBy, tries }) => heldBy === 'reading of items' && /climb|path/.test(tries))
    .map(({ change }) => change),
  ...paths.flatMap((path) => [everyName(path), everyUuid(path)]),
];

/** Everything below a folder: what it is, and what stands in it. */
function contentOf(folder: string, but: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (path === but || path.startsWith(`${but}/`)) continue;
    const { mode, mtimeMs, ino } = lstatSync(path);
    found[path] = `${mode} ${mtimeMs} ${ino} ${entry.isFile() ? readFileSync(path, 'utf8') : ''}`;
  }
  return found;
}

/** What lies about a file system that is not ours: the entries of the folders that a path may lead to. */
const elsewhere = (): unknown =>
  ['/', '/etc', '/usr', process.cwd()].map((folder) => [
    readdirSync(folder).toSorted(),
    folder === process.cwd() ? 0 : lstatSync(folder).mtimeMs,
  ]);

describe('names and identifiers that are paths, on a cluster of files', () => {
  const scratch = scratchDir();
  // Deep enough that whatever climbs three folders is still ours to look at.
  const dataDir = join(scratch, 'one', 'two', 'three', 'cluster');
  let cluster: Cluster;
  let rig: HostileRig;
  let number = 10n;
  const say = async (items: typeof honest): Promise<void> => {
    number += 1n;
    rig.server.answerWith((list) => consistent(items, list, { number }));
    await rig.poll(10);
  };
  const namesInCluster = () =>
    readdirSync(dataDir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      // Each version of a secret has a folder of its own.
      .map(({ parentPath, name }) =>
        relative(dataDir, join(parentPath, name)).replace(/v-[0-9a-f-]{36}/, 'v'),
      )
      .filter((name) => !/^run\/|\.tmp$/.test(name))
      .toSorted();

  beforeAll(async () => {
    mkdirSync(dataDir, { recursive: true });
    for (const folder of ['', 'one', 'one/two', 'one/two/three']) {
      writeFileSync(join(scratch, folder, 'bait'), 'untouched');
    }
    const program = { command: '/bin/sleep', args: ['1000'] };
    cluster = await connectCluster({
      engine: 'local',
      dataDir,
      programs: { decrypter: program, 'batch-exporter': program },
    });
    rig = await startHostileRig({ cluster });
    rig.server.answerWith((list) => consistent(honest, list, { number }));
    await rig.start();
    await rig.poll(10);
  });
  afterAll(async () => {
    await rig.stop();
    await cluster.close();
  });

  it('touch nothing outside the folder, and leave no file but the expected in it', async () => {
    const [outside, inside, system] = [contentOf(scratch, dataDir), namesInCluster(), elsewhere()];
    expect(inside.filter((name) => name.startsWith('workloads/'))).toHaveLength(15);
    for (const trick of tricks) await say(trick(honest));
    // A name may be any text, since it stands in a document and in no path: whoever was renamed has been written.
    expect(rig.writes.take().length).toBeGreaterThan(0);
    expect(contentOf(scratch, dataDir)).toEqual(outside);
    expect(namesInCluster().filter((name) => !inside.includes(name))).toEqual([]);
    expect(elsewhere()).toEqual(system);
  }, 120_000);
});
