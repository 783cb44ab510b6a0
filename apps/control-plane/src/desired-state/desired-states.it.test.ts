import { randomUUID } from 'node:crypto';
import { conditionalKeys, readSnapshotMetadata } from '@ccd/controlplane';
import { formatRevision } from '@ccd/reconcile';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Database } from '../database/database.ts';
import { migrate } from '../database/migrate.ts';
import { migrations } from '../database/migrations.ts';
import { openMemoryDatabase } from '../database/pglite-database.ts';
import { createDesiredStates } from './desired-states.ts';
import type { DesiredState, DesiredStatesOptions } from './desired-states.ts';
import { advanceRevision, recordRemoval } from './revision.ts';

const organizationId = randomUUID();
const beside = ({ headers }: DesiredState) => ({
  get: (name: string) => headers.filter((_, index) => index % 2 === 1 && headers[index - 1] === name),
});
/** Without the prefix that is sent with it. */
const bytesOf = ({ frame }: DesiredState): Buffer => frame.subarray(5);
const said = (state: DesiredState) => {
  const metadata = readSnapshotMetadata(beside(state));
  if (metadata === undefined) throw new Error('nothing was said of the answer');
  return metadata;
};
const toKnown = (state: DesiredState) => {
  const { revision, digest } = said(state);
  return { revision: formatRevision(revision), digest };
};
const isUnchanged = (state: DesiredState): boolean =>
  beside(state).get(conditionalKeys.unchangedSince).length === 1 && bytesOf(state).length === 0;

describe(createDesiredStates, () => {
  let database: Database;
  let queries = 0;
  let installationId = '';
  let content = 'one';
  let builds = 0;

  const addInstallation = async (): Promise<string> => {
    const id = randomUUID();
    await database.query(
      `INSERT INTO installations (id, organization_id, type, epoch) VALUES ($1, $2, 'SELF_HOSTED', $3)`,
      [id, organizationId, randomUUID()],
    );
    return id;
  };
  const counted = (): Database => ({
    ...database,
    query: (sql, parameters) => {
      queries += 1;
      return database.query(sql, parameters);
    },
    transaction: (work) => {
      queries += 1;
      return database.transaction(work);
    },
  });
  const build = async () => {
    builds += 1;
    return { bytes: Buffer.from(content), count: content.length };
  };
  const start = (options?: DesiredStatesOptions) => {
    const states = createDesiredStates(counted(), options);
    return {
      ask: (known?: DesiredState, of = installationId) =>
        states.answer({ kind: 'streams', installationId: of, known: known && toKnown(known), build }),
    };
  };
  const change = (next: string, removed?: string) =>
    database.transaction(async (transaction) => {
      if (removed !== undefined) await recordRemoval(transaction, installationId, 'stream', removed);
      await advanceRevision(transaction, installationId);
      content = next;
    });

  beforeAll(async () => {
    database = await openMemoryDatabase();
    await migrate(database, migrations);
    await database.query(
      `INSERT INTO organizations (id, name, handle, created_at) VALUES ($1, 'A', 'a', now())`,
      [organizationId],
    );
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    installationId = await addInstallation();
    [content, builds, queries] = ['one', 0, 0];
  });

  it('tells an agent that has the answer so without a look into the database', async () => {
    const { ask } = start();
    const full = await ask();
    queries = 0;
    expect(isUnchanged(await ask(full))).toBe(true);
    expect(bytesOf(await ask()).toString()).toBe('one');
    expect([queries, builds]).toEqual([0, 1]);
  });

  it('answers in full from the moment on at which something changes', async () => {
    const { ask } = start();
    const full = await ask();
    await change('other');
    const next = await ask(full);
    expect(bytesOf(next).toString()).toBe('other');
    expect(said(next).revision.number).toBe(said(full).revision.number + 1n);
    expect(isUnchanged(await ask(next))).toBe(true);
  });

  it('answers in full where the content is as before and a removal was asked for', async () => {
    const { ask } = start();
    const full = await ask();
    const removed = randomUUID();
    await change('one', removed);
    expect(said(await ask(full)).removed).toEqual([{ kind: 'stream', id: removed }]);
  });

  it('does not take a restored database for the one before', async () => {
    const { ask } = start();
    const full = await ask();
    await database.query('UPDATE installations SET epoch = $2 WHERE id = $1', [installationId, randomUUID()]);
    expect(isUnchanged(await ask(full))).toBe(false);
  });

  it('knows what an agent has after a restart of its own', async () => {
    const full = await start().ask();
    const { ask } = start();
    expect(isUnchanged(await ask(full))).toBe(true);
    expect(builds).toBe(2);
  });

  it('always sends an empty list in full', async () => {
    content = '';
    const { ask } = start();
    expect(isUnchanged(await ask(await ask()))).toBe(false);
  });

  it('builds an answer once for all who ask at the same time', async () => {
    const { ask } = start();
    await ask();
    await change('other');
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(answers.map((state) => bytesOf(state).toString())).toEqual(['other', 'other', 'other']);
    expect(builds).toBe(2);
  });

  it('keeps no more bytes than it may, and still knows what agents have', async () => {
    const { ask } = start({ maxBytes: 2_100 });
    const full = await ask();
    for (const other of [await addInstallation(), await addInstallation()]) await ask(undefined, other);
    expect(isUnchanged(await ask(full))).toBe(true);
    expect(builds).toBe(3);
    await ask();
    expect(builds).toBe(4);
  });

  it('tries again after a failure to build', async () => {
    const states = createDesiredStates(database);
    const question = { kind: 'streams', installationId, known: undefined };
    const failing = states.answer({ ...question, build: () => Promise.reject(new Error('no room')) });
    await expect(failing).rejects.toThrow('no room');
    expect(bytesOf(await states.answer({ ...question, build })).toString()).toBe('one');
  });
});
