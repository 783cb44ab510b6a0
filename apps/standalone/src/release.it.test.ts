import { join } from 'node:path';
import { openStoredDatabase } from '@ccd/control-plane/testing';
import { eventually, scratchDir } from '@ccd/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';
import { foldersOf } from './folders.ts';
import { createExporter, createFolderConnector } from './testing/entities.ts';
import { startRig } from './testing/rig.ts';
import type { Rig } from './testing/rig.ts';

const from = (first: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `exporter-${first + index}`);

describe('what vanishes from the control plane', () => {
  const [dataDir, inputs] = [scratchDir(), scratchDir()];
  let rig: Rig | undefined;
  afterEach(async () => {
    await rig?.stop();
    rig = undefined;
  });

  async function start(): Promise<Rig> {
    rig = await startRig(dataDir);
    return rig;
  }

  /** As somebody does who has the database in hand, or a migration that went wrong: no user asked for it by name. */
  async function loseFromDatabase(names: readonly string[]): Promise<void> {
    await rig?.stop();
    rig = undefined;
    const database = await openStoredDatabase(join(foldersOf(dataDir).controlPlane, 'database'));
    await database.transaction(async (transaction) => {
      for (const name of names)
        await transaction.query('DELETE FROM batch_exporters WHERE name = $1', [name]);
      await transaction.query('UPDATE installations SET revision = revision + 1', []);
    });
    await database.close();
  }

  const exporters = async ({ system }: Rig): Promise<number> =>
    (await system.cluster.listWorkloads({})).filter(({ name }) => name.startsWith('batch-exporter-')).length;
  const untilExporters = (system: Rig, count: number) =>
    eventually(`${count} exporters`, async () => (await exporters(system)) === count, 60_000, 100);
  const agentOf = async ({ strm }: Rig) => {
    const agents = JSON.parse(await strm('agent', 'status', '--data', dataDir, '-o', 'json')) as {
      agent: string;
      withheld: string;
    }[];
    return agents.find(({ agent }) => agent === 'exporters-agent');
  };
  const untilWithheld = (system: Rig) =>
    eventually('a revision that is withheld', async () => (await agentOf(system))?.withheld, 60_000, 100);

  it('goes at once where users asked for it by name, to the last one; else waits for a person, each time anew', async () => {
    let system = await start();
    const { strm } = system;
    await strm('create', 'stream', 'source');
    await createFolderConnector(strm, inputs, 'files');
    for (const name of from(1, 6)) await createExporter(strm, 'files', 'source', name);
    await untilExporters(system, 6);
    for (const [index, name] of from(1, 6).entries()) {
      await strm('delete', 'batch-exporter', name);
      await untilExporters(system, 5 - index);
    }
    expect((await agentOf(system))?.withheld).toBe('');

    for (const name of from(11, 8)) await createExporter(strm, 'files', 'source', name);
    await untilExporters(system, 8);
    await loseFromDatabase(from(11, 6));
    system = await start();
    const first = await untilWithheld(system);
    expect(await exporters(system)).toBe(8);
    expect(system.log()).toContain('DeletionsWithheld');

    await system.strm('agent', 'release', 'exporters-agent', first, '--data', dataDir);
    await untilExporters(system, 2);

    for (const name of from(21, 6)) await createExporter(system.strm, 'files', 'source', name);
    await untilExporters(system, 8);
    await loseFromDatabase(from(21, 5));
    system = await start();
    const second = await untilWithheld(system);
    expect(second).not.toBe(first);
    await system.strm('agent', 'release', 'exporters-agent', first, '--data', dataDir);
    // By the time that a new exporter runs, the agent has been through a later answer than the one released.
    await createExporter(system.strm, 'files', 'source', 'exporter-31');
    await untilExporters(system, 9);
    expect((await agentOf(system))?.withheld).not.toBe('');
  }, 480_000);
});
