import type * as jestGlobals from '@jest/globals';
import { AlreadyExistsError, ConflictError, InvalidSpecError } from '../errors.ts';
import type { Cluster } from '../port.ts';
import { eventually } from '@ccd/testkit';
import { secretSpec, workloadSpec } from './specs.ts';

// The globals of jest and not its module, which cannot be loaded outside a test: benches import this entry too.
declare const { afterEach, beforeEach, describe, expect, it }: typeof jestGlobals;

export interface ClusterUnderTest {
  readonly cluster: Cluster;
  /** Writes the release as a person on the customer's side would. */
  readonly release: (agent: string, text: string) => Promise<void>;
  /** The same cluster after a restart of whatever talks to it. */
  readonly reopen: () => Promise<Cluster>;
}

const foreignUid = '00000000-0000-4000-8000-000000000000';

/** What every cluster must do. `open` answers with an empty one in which the app `decrypter` runs and becomes ready. */
export function describeClusterContract(name: string, open: () => Promise<ClusterUnderTest>): void {
  describe(`cluster contract: ${name}`, () => {
    let opened: ClusterUnderTest;
    let cluster: Cluster;

    beforeEach(async () => {
      opened = await open();
      cluster = opened.cluster;
    });
    afterEach(() => cluster.close());

    const theWorkload = async (wanted: string) =>
      (await cluster.listWorkloads({})).find((workload) => workload.name === wanted);

    describe('workloads', () => {
      it('are listed as they were created, and become running', async () => {
        const spec = workloadSpec('decrypter-1');
        const created = await cluster.createWorkload(spec);
        const { labels, annotations } = spec;
        expect(created).toMatchObject({
          name: 'decrypter-1',
          labels,
          annotations,
          appliedHash: 'hash-1',
          liveHash: 'hash-1',
        });
        await eventually(
          'it runs',
          async () => (await theWorkload('decrypter-1'))?.status.state === 'running',
        );
        expect(await cluster.listWorkloads({})).toEqual([{ ...created, status: { state: 'running' } }]);
      });

      it('are listed by all of the labels asked for', async () => {
        await cluster.createWorkload(workloadSpec('a', { labels: { x: '1', y: '1' } }));
        await cluster.createWorkload(workloadSpec('b', { labels: { x: '1' } }));
        const names = async (labels: Readonly<Record<string, string>>) =>
          (await cluster.listWorkloads(labels)).map((workload) => workload.name).sort();
        expect(await names({ x: '1' })).toEqual(['a', 'b']);
        expect(await names({ x: '1', y: '1' })).toEqual(['a']);
        expect(await names({ x: '2' })).toEqual([]);
      });

      it('have names of their own', async () => {
        await cluster.createWorkload(workloadSpec('a'));
        await expect(cluster.createWorkload(workloadSpec('a', { hash: 'other' }))).rejects.toThrow(
          AlreadyExistsError,
        );
        expect((await theWorkload('a'))?.appliedHash).toBe('hash-1');
      });

      it('keep their uid through an update, which shows at once', async () => {
        const { uid } = await cluster.createWorkload(workloadSpec('a'));
        const change = { hash: 'hash-2', labels: { z: '1' }, annotations: {}, env: { STRM_STREAM: 'other' } };
        const updated = await cluster.updateWorkload(workloadSpec('a', change), uid);
        expect(updated).toMatchObject({
          uid,
          appliedHash: 'hash-2',
          liveHash: 'hash-2',
          labels: { z: '1' },
          annotations: {},
        });
        await eventually('it runs again', async () => (await theWorkload('a'))?.status.state === 'running');
      });

      it('say by which spec they were made, whatever their hash says', async () => {
        const spec = workloadSpec('a', { env: { A: '1', B: '2' }, secrets: ['s', 't'] });
        const same = { ...spec, hash: 'other', env: { B: '2', A: '1' }, secrets: ['t', 's'] };
        const { uid, specDigest } = await cluster.createWorkload(spec);
        expect([specDigest, cluster.digestOf(same)]).toEqual([
          cluster.digestOf(spec),
          cluster.digestOf(spec),
        ]);
        const others = [
          { app: 'batch-exporter' as const },
          { labels: {} },
          { annotations: {} },
          { env: {} },
          { secrets: [] },
          { files: { 'streams.json': '{}' } },
          { files: {} },
        ].map((change) => cluster.digestOf({ ...spec, ...change }));
        expect(new Set([...others, specDigest]).size).toBe(others.length + 1);
        const newer = { ...spec, files: {} };
        await cluster.updateWorkload(newer, uid);
        expect((await theWorkload('a'))?.specDigest).toBe(cluster.digestOf(newer));
      });

      it('change only for a caller who observed them', async () => {
        const { uid } = await cluster.createWorkload(workloadSpec('a'));
        const newer = workloadSpec('a', { hash: 'hash-2' });
        await expect(cluster.updateWorkload(newer, foreignUid)).rejects.toThrow(ConflictError);
        await expect(cluster.removeWorkload('a', foreignUid)).rejects.toThrow(ConflictError);
        await expect(cluster.updateWorkload(workloadSpec('b'), uid)).rejects.toThrow(ConflictError);
        expect(await cluster.listWorkloads({})).toMatchObject([{ uid, appliedHash: 'hash-1' }]);
      });

      it('are gone when the removal resolves, and a second removal is no error', async () => {
        const { uid } = await cluster.createWorkload(workloadSpec('a'));
        await Promise.all([cluster.removeWorkload('a', uid), cluster.removeWorkload('a', uid)]);
        await cluster.removeWorkload('a', uid);
        expect(await cluster.listWorkloads({})).toEqual([]);
      });

      it('get a new uid with a new life, which the old one does not open', async () => {
        const first = await cluster.createWorkload(workloadSpec('a'));
        await cluster.removeWorkload('a', first.uid);
        const second = await cluster.createWorkload(workloadSpec('a'));
        expect(second.uid).not.toBe(first.uid);
        await expect(cluster.removeWorkload('a', first.uid)).rejects.toThrow(ConflictError);
      });

      it.each([
        ['a name with a slash', { name: 'a/b' }],
        ['a name that climbs', { name: '..' }],
        ['an upper-case name', { name: 'A' }],
        ['an empty name', { name: '' }],
        ['a variable that chooses code', { env: { NODE_OPTIONS: '--import=/tmp/x.mjs' } }],
        ['a variable that chooses libraries', { env: { LD_PRELOAD: '/tmp/x.so' } }],
        ['a variable that chooses programs', { env: { PATH: '/tmp' } }],
        ['a file outside its folder', { files: { '../x': '' } }],
        ['a secret outside its folder', { secrets: ['../x'] }],
        ['a label that is none', { labels: { x: 'a b' } }],
        ['too much', { files: { x: 'x'.repeat(1_048_577) } }],
      ])('are refused with %s', async (_title, change) => {
        await expect(cluster.createWorkload(workloadSpec('a', change))).rejects.toThrow(InvalidSpecError);
        expect(await cluster.listWorkloads({})).toEqual([]);
      });
    });

    it('has no log of a workload that it does not run', async () => {
      const signal = new AbortController().signal;
      expect(await cluster.readLog('a', 10, signal)).toEqual([]);
      await cluster.createSecret(secretSpec('a'));
      expect(await cluster.readLog('a', 10, signal)).toEqual([]);
    });

    describe('secrets', () => {
      it('are listed without their content', async () => {
        const { uid, mark } = await cluster.createSecret(secretSpec('s'));
        expect(await cluster.listSecrets({})).toEqual([
          { name: 's', uid, labels: secretSpec('s').labels, appliedHash: 'hash-1', mark },
        ]);
        expect(await cluster.listSecrets({ 'ccd/agent': 'another' })).toEqual([]);
      });

      it('have names of their own, apart from those of workloads', async () => {
        await cluster.createWorkload(workloadSpec('s'));
        await cluster.createSecret(secretSpec('s'));
        await expect(cluster.createSecret(secretSpec('s'))).rejects.toThrow(AlreadyExistsError);
      });

      it('change only for a caller who observed them', async () => {
        const { uid } = await cluster.createSecret(secretSpec('s'));
        const newer = secretSpec('s', { hash: 'hash-2' });
        await expect(cluster.updateSecret(newer, foreignUid)).rejects.toThrow(ConflictError);
        await expect(cluster.removeSecret('s', foreignUid)).rejects.toThrow(ConflictError);
        expect(await cluster.updateSecret(newer, uid)).toMatchObject({ uid, appliedHash: 'hash-2' });
        await cluster.removeSecret('s', uid);
        await cluster.removeSecret('s', uid);
        expect(await cluster.listSecrets({})).toEqual([]);
        await expect(cluster.updateSecret(newer, uid)).rejects.toThrow(ConflictError);
      });

      it.each([
        ['a name that climbs', { name: '../s' }],
        ['a key that climbs', { data: { '../x': Buffer.from('') } }],
        ['a key with a slash', { data: { 'a/b': Buffer.from('') } }],
      ])('are refused with %s', async (_title, change) => {
        await expect(cluster.createSecret(secretSpec('s', change))).rejects.toThrow(InvalidSpecError);
        expect(await cluster.listSecrets({})).toEqual([]);
      });
    });

    it('tells watchers of a change, until they stop', async () => {
      let [one, other] = [0, 0];
      const stop = cluster.watch(() => (one += 1));
      cluster.watch(() => (other += 1));
      await cluster.createSecret(secretSpec('a'));
      await eventually('both were told', () => one > 0 && other > 0);
      stop();
      const before = one;
      await cluster.createSecret(secretSpec('b'));
      await eventually('the other was told', () => other > 1);
      expect(one).toBe(before);
    });

    describe('the state of an agent', () => {
      it('holds the last text of each document, apart from other agents', async () => {
        const state = cluster.agentState('streams-agent');
        expect(await state.load('snapshot')).toBeUndefined();
        await state.save('snapshot', '{"a":1}');
        await state.save('snapshot', '{"a":2}');
        await state.save('inventory', '{}');
        expect(await cluster.agentState('streams-agent').load('snapshot')).toBe('{"a":2}');
        expect(await cluster.agentState('exporters-agent').load('snapshot')).toBeUndefined();
      });

      it('shows the release that a person wrote', async () => {
        const state = cluster.agentState('streams-agent');
        expect(await state.release()).toBeUndefined();
        await opened.release('streams-agent', 'epoch/12\n');
        expect((await state.release())?.trim()).toBe('epoch/12');
        expect(await cluster.agentState('exporters-agent').release()).toBeUndefined();
      });
    });

    it('finds everything as it was after a restart, and runs the workloads again', async () => {
      const { uid } = await cluster.createWorkload(workloadSpec('a'));
      await cluster.createSecret(secretSpec('s'));
      await cluster.agentState('streams-agent').save('inventory', '{"x":1}');
      const secretsBefore = await cluster.listSecrets({});
      await cluster.close();
      cluster = await opened.reopen();
      await eventually('it runs again', async () => (await theWorkload('a'))?.status.state === 'running');
      expect(await cluster.listWorkloads({})).toMatchObject([
        { name: 'a', uid, appliedHash: 'hash-1', liveHash: 'hash-1' },
      ]);
      expect(await cluster.listSecrets({})).toEqual(secretsBefore);
      expect(await cluster.agentState('streams-agent').load('inventory')).toBe('{"x":1}');
    });
  });
}
