import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Desired, Observed } from '@ccd/reconcile';
import { createFakeClock } from '@ccd/reconcile/testing';
import type { FakeClock } from '@ccd/reconcile/testing';
import { ClusterUnavailableError, ConflictError } from '../../errors.ts';
import type { LiveSecret } from '../../port.ts';
import { createWorkloadResources } from '../../resources/workload-resources.ts';
import type { SecretReference } from '../../resources/workload-resources.ts';
import { createMemoryCluster } from '../../testing/memory-cluster.ts';
import type { MemoryCluster } from '../../testing/memory-cluster.ts';
import { aroundRequests } from '../../testing/kubernetes/around-requests.ts';
import { createMemoryObjects } from '../../testing/kubernetes/memory-objects.ts';
import type { MemoryObjects } from '../../testing/kubernetes/memory-objects.ts';
import { secretSpec } from '../../testing/specs.ts';
import { ApiError } from '../client/api-error.ts';
import type { ObjectClient } from '../client/object-client.ts';
import { configMaps, secrets as resource } from '../client/resources.ts';
import { createSecrets } from './secrets.ts';

let objects: MemoryObjects;
let clock: FakeClock;
beforeEach(() => {
  objects = createMemoryObjects();
  clock = createFakeClock();
});

const open = (client: ObjectClient = objects) => createSecrets({ objects: client, clock });
const foreign = {
  ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } },
  ...{ type: 'Opaque', data: { password: 'theirs' } },
};

describe('a Secret whose marker somebody has removed', () => {
  const unmarked = async (): Promise<string> => {
    const { uid } = await open().create(secretSpec('s'));
    objects.drop(configMaps, 's');
    return uid;
  };

  it('is removed by its uid', async () => {
    const uid = await unmarked();
    await open().remove('s', uid);
    expect(objects.names(resource)).toEqual([]);
    await open().remove('s', uid);
  });

  it('is no reason to remove another one that has its name', async () => {
    const uid = await unmarked();
    objects.drop(resource, 's');
    await objects.create(resource, foreign);
    await expect(open().remove('s', uid)).rejects.toThrow(ConflictError);
    await expect(open().update(secretSpec('s'), uid)).rejects.toThrow(ConflictError);
    expect(await objects.get(resource, 's')).toMatchObject(foreign);
    expect(objects.names(configMaps)).toEqual([]);
  });

  it('gets it back by an update', async () => {
    const uid = await unmarked();
    await open().update(secretSpec('s', { hash: 'hash-2' }), uid);
    expect(await open().list({})).toMatchObject([{ uid, appliedHash: 'hash-2' }]);
  });

  it('is found by its name, and nothing else is', async () => {
    const uid = await unmarked();
    expect(await open().list({})).toEqual([]);
    expect(await open().find('s')).toEqual({ name: 's', uid, labels: {} });
    expect(await open().find('t')).toBeUndefined();
    objects.drop(resource, 's');
    await objects.create(resource, foreign);
    expect(await open().find('s')).toBeUndefined();
  });

  it('is not called gone where a rule of the cluster is in the way of looking', async () => {
    await unmarked();
    const client = { ...objects, rehearse: () => Promise.reject(new ApiError(403, '')) };
    await expect(open(client).find('s')).rejects.toThrow(ClusterUnavailableError);
  });

  describe('and its agent', () => {
    const signal = new AbortController().signal;
    const spec = secretSpec('s');
    const wanted: Desired<SecretReference> = { key: { kind: 'connector', id: 's' }, spec, hash: spec.hash };
    let broken: boolean;
    let looks: number;
    beforeEach(() => {
      broken = false;
      looks = 0;
    });

    /** The agent in a new process. */
    const start = (state: MemoryCluster) => {
      const secrets = open(
        aroundRequests(objects, ({ method }, request) => {
          if (method !== 'rehearse') return request();
          looks += 1;
          return broken ? Promise.reject(new ApiError(500, '')) : request();
        }),
      );
      const { actual, applier } = createWorkloadResources({
        cluster: {
          ...state,
          listSecrets: (labels) => secrets.list(labels),
          findSecret: secrets.find,
          createSecret: (each) => secrets.create(each),
          updateSecret: (each, uid) => secrets.update(each, uid),
          removeSecret: (name, uid) => secrets.remove(name, uid),
        },
        agent: 'connectors',
        labels: { 'ccd/agent': 'connectors' },
        clock,
      }).secrets('connector');
      const observe = async (): Promise<Observed<LiveSecret> | undefined> =>
        (await actual.observe(signal)).find(({ key }) => key.id === 's');
      return { observe, applier };
    };
    const made = async () => {
      const state = createMemoryCluster();
      await start(state).applier.create(wanted, signal);
      return state;
    };

    it('observes it as its own, and so removes it once its connector is', async () => {
      const state = await made();
      objects.drop(configMaps, 's');
      const { observe, applier } = start(state);
      const observed = await observe();
      expect(observed).toMatchObject({ owned: true });
      if (observed) await applier.remove(observed, signal);
      expect(objects.names(resource)).toEqual([]);
      expect(await observe()).toBeUndefined();
      expect(await state.agentState('connectors').load('inventory')).toBe('{"version":1,"objects":{}}');
    });

    it('writes it again while its connector is there', async () => {
      const state = await made();
      objects.drop(configMaps, 's');
      const { observe, applier } = start(state);
      const observed = await observe();
      expect(observed?.appliedHash).toBeUndefined();
      if (observed) await applier.update(wanted, observed, signal);
      expect(await observe()).toMatchObject({ owned: true, appliedHash: 'hash-1' });
      objects.collectGarbage();
      expect(objects.names(configMaps)).toEqual(['s']);
    });

    it('does not forget it for as long as it cannot look', async () => {
      const state = await made();
      objects.drop(configMaps, 's');
      const { observe, applier } = start(state);
      broken = true;
      for (let minutes = 0; minutes < 30; minutes += 1) {
        expect(await observe()).toBeUndefined();
        await clock.advance(60_000);
      }
      broken = false;
      // What is forgotten goes with the next write.
      const other: Desired<SecretReference> = {
        key: { kind: 'connector', id: 't' },
        spec: secretSpec('t'),
        hash: 'hash-1',
      };
      await applier.create(other, signal);
      expect(await observe()).toMatchObject({ owned: true });
    });

    it('looks once where it is gone as well, and leaves alone what has its name by now', async () => {
      const state = await made();
      objects.drop(configMaps, 's');
      objects.drop(resource, 's');
      await objects.create(resource, foreign);
      const { observe } = start(state);
      looks = 0;
      for (let times = 0; times < 5; times += 1) expect(await observe()).toBeUndefined();
      expect(looks).toBe(1);
      expect(await objects.get(resource, 's')).toMatchObject(foreign);
    });

    it('takes none for its own that was made in its place', async () => {
      const state = await made();
      objects.drop(resource, 's');
      objects.drop(configMaps, 's');
      await open().create(spec);
      objects.drop(configMaps, 's');
      expect(await start(state).observe()).toBeUndefined();
    });

    it('looks again where it has made it once more', async () => {
      const state = await made();
      objects.drop(configMaps, 's');
      objects.drop(resource, 's');
      const { observe, applier } = start(state);
      expect(await observe()).toBeUndefined();
      await applier.create(wanted, signal);
      objects.drop(configMaps, 's');
      expect(await observe()).toMatchObject({ owned: true });
    });
  });
});
