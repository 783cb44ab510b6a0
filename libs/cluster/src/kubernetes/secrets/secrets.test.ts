import { beforeEach, describe, expect, it } from '@jest/globals';
import type { FakeClock } from '@ccd/reconcile/testing';
import { createFakeClock } from '@ccd/reconcile/testing';
import { z } from 'zod';
import { AlreadyExistsError, ConflictError, DeniedError } from '../../errors.ts';
import { aroundRequests } from '../../testing/kubernetes/around-requests.ts';
import { createMemoryObjects } from '../../testing/kubernetes/memory-objects.ts';
import type { MemoryObjects } from '../../testing/kubernetes/memory-objects.ts';
import { secretSpec } from '../../testing/specs.ts';
import { ApiError, NoAnswerError } from '../client/api-error.ts';
import type { ObjectClient } from '../client/object-client.ts';
import { configMaps, secrets as resource } from '../client/resources.ts';
import type { Resource } from '../client/resources.ts';
import { WriteGateClosedError } from '../client/write-gate.ts';
import type { Manifest } from '../template/manifest.ts';
import { createSecrets } from './secrets.ts';

let objects: MemoryObjects;
let clock: FakeClock;
beforeEach(() => {
  objects = createMemoryObjects();
  clock = createFakeClock();
});

/** The agent in a new process. */
const open = (client: ObjectClient = objects) => createSecrets({ objects: client, clock });
const spec = (text: string) =>
  secretSpec('s', { data: { location: Buffer.from(text) }, hash: `hash of ${text}` });
const plain = (name: string) => ({ apiVersion: 'v1', metadata: { name, labels: secretSpec(name).labels } });
const manifestSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});
const foreign = { ...plain('s'), kind: 'Secret', type: 'Opaque', data: { password: 'theirs' } };

const contentSchema = z.object({ data: z.object({ location: z.base64() }) });
/** What the Secret holds; undefined where there is none. */
async function content(): Promise<string | undefined> {
  const found = await objects.get(resource, 's');
  return found === undefined ? undefined : atob(contentSchema.parse(found).data.location);
}

/** A client, and what was asked through it. */
function watched(): { readonly client: ObjectClient; readonly asked: string[] } {
  const asked: string[] = [];
  const client = aroundRequests(objects, ({ method, resource: { plural } }, request) => {
    asked.push(`${method} ${plural}`);
    return request();
  });
  return { client, asked };
}

describe(createSecrets, () => {
  it('marks a Secret by a ConfigMap that goes with it, and that is how its removal is seen', async () => {
    const secrets = open();
    const { uid } = await secrets.create(spec('one'));
    objects.collectGarbage();
    expect(await secrets.list({})).toMatchObject([{ uid, appliedHash: 'hash of one' }]);
    objects.drop(resource, 's');
    objects.collectGarbage();
    expect(await secrets.list({})).toEqual([]);
    expect(objects.names(configMaps)).toEqual([]);
  });

  it('never asks to read a Secret', async () => {
    const { client, asked } = watched();
    const { uid } = await open(client).create(spec('one'));
    await open(client).list({});
    await open(client).update(spec('two'), uid);
    await open(client).remove('s', uid);
    expect([...new Set(asked.filter((request) => request.endsWith(' secrets')))].toSorted()).toEqual([
      'create secrets',
      'rehearse secrets',
      'remove secrets',
      'replace secrets',
    ]);
  });

  it('leaves a foreign Secret as it is, and writes nothing', async () => {
    await objects.create(resource, foreign);
    const before = objects.writes();
    const error: unknown = await open()
      .create(spec('one'))
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AlreadyExistsError);
    expect(error).toMatchObject({ foreign: true });
    expect(await objects.get(resource, 's')).toMatchObject(foreign);
    expect(objects.writes()).toBe(before);
  });

  it('leaves alone also one that comes in between, and no marker beside it', async () => {
    const client = aroundRequests(objects, async ({ method, resource: { plural } }, request) => {
      if (method === 'create' && plural === 'secrets') await objects.create(resource, foreign);
      return request();
    });
    await expect(open(client).create(spec('one'))).rejects.toMatchObject({ foreign: true });
    expect(await objects.get(resource, 's')).toMatchObject(foreign);
    expect(objects.names(configMaps)).toEqual([]);
  });

  it('writes nothing where there is nothing to change, whatever list an update came of', async () => {
    const { uid } = await open().create(spec('one'));
    const before = objects.writes();
    expect(await open().update(spec('one'), uid)).toMatchObject({ uid, appliedHash: 'hash of one' });
    expect(objects.writes()).toBe(before);
  });

  it('goes on where somebody writes a marker meanwhile', async () => {
    const { uid } = await open().create(spec('one'));
    const touch = async () => {
      const object = manifestSchema.parse(await objects.get(configMaps, 's'));
      await objects.replace(configMaps, object);
    };
    const client = aroundRequests(objects, async ({ method, resource: { plural } }, request) => {
      if (method === 'replace' && plural === 'secrets') await touch();
      return request();
    });
    await open(client).update(spec('two'), uid);
    expect(await open().list({})).toMatchObject([{ uid, appliedHash: 'hash of two' }]);
  });

  it('leaves a foreign ConfigMap of the name as it is, and makes no Secret that nobody would see', async () => {
    await objects.create(configMaps, { ...plain('s'), kind: 'ConfigMap', data: { a: 'b' } });
    await expect(open().create(spec('one'))).rejects.toThrow(DeniedError);
    await open().remove('s', 'any');
    expect(await open().list({})).toEqual([]);
    expect(await objects.get(configMaps, 's')).toMatchObject({ data: { a: 'b' } });
    expect(await content()).toBeUndefined();
  });

  it('takes up a Secret of ours whose marker somebody has removed', async () => {
    const { uid } = await open().create(spec('one'));
    objects.drop(configMaps, 's');
    expect(await open().create(spec('two'))).toMatchObject({ uid, appliedHash: 'hash of two' });
    expect(await content()).toBe('two');
  });

  it.each(['update', 'remove'] as const)(
    'does not %s a Secret that another one has taken the place of',
    async (operation) => {
      const secrets = open();
      const { uid } = await secrets.create(spec('one'));
      objects.drop(resource, 's');
      await objects.create(resource, foreign);
      const attempt = operation === 'update' ? secrets.update(spec('two'), uid) : secrets.remove('s', uid);
      await expect(attempt).rejects.toThrow(ConflictError);
      expect(await objects.get(resource, 's')).toMatchObject(foreign);
      expect(await secrets.list({})).toEqual([]);
    },
  );

  describe('where a write over a Secret is refused', () => {
    const refusedWith = (code: number, message: string) => ({
      ...objects,
      replace: async (kind: Resource, manifest: Manifest) => {
        if (kind !== resource) return objects.replace(kind, manifest);
        throw new ApiError(code, JSON.stringify({ kind: 'Status', reason: 'Conflict', message }));
      },
    });

    it('by a conflict that does not say that it is gone, keeps the marker, and it is written the next time', async () => {
      const { uid } = await open().create(spec('one'));
      const client = refusedWith(409, 'Operation cannot be fulfilled: try again');
      await expect(open(client).update(spec('two'), uid)).rejects.toThrow(ConflictError);
      expect(await open().list({})).toMatchObject([{ uid }]);
      await open().update(spec('two'), uid);
      expect(await content()).toBe('two');
    });

    it.each([
      [404, 'secrets "s" not found'],
      [409, 'Precondition failed: UID in precondition: a, UID in object meta: '],
    ])('since it is gone (%d), drops the marker', async (code, message) => {
      const { uid } = await open().create(spec('one'));
      await expect(open(refusedWith(code, message)).update(spec('two'), uid)).rejects.toThrow(ConflictError);
      expect(objects.names(configMaps)).toEqual([]);
    });
  });

  it('leaves alone what a later version has made', async () => {
    const { uid } = await open().create(spec('one'));
    const marker = manifestSchema.parse(await objects.get(configMaps, 's'));
    const annotations = { 'ccd/schema': '2', 'ccd/hash': 'later', 'ccd/secret-version': '0' };
    await objects.replace(configMaps, { ...marker, metadata: { ...marker.metadata, annotations } });
    await expect(open().update(spec('two'), uid)).rejects.toThrow('a later version');
    await expect(open().remove('s', uid)).rejects.toThrow('a later version');
    expect(await open().list({})).toMatchObject([{ uid, appliedHash: 'later' }]);
  });

  describe('sees what somebody else has written', () => {
    const edit = () =>
      objects.replace(resource, {
        ...plain('s'),
        kind: 'Secret',
        type: 'ccd/secret',
        data: { location: btoa('theirs') },
      });
    const hashes = async (secrets = open()) => (await secrets.list({})).map(({ appliedHash }) => appliedHash);

    it('in a new process at once, and then for as long as it stands', async () => {
      const { uid } = await open().create(spec('one'));
      await edit();
      const secrets = open();
      expect(await hashes(secrets)).toEqual([undefined]);
      expect(await hashes(secrets)).toEqual([undefined]);
      await secrets.update(spec('one'), uid);
      expect(await hashes(secrets)).toEqual(['hash of one']);
      expect(await hashes()).toEqual(['hash of one']);
    });

    it('and what another process has made of that since', async () => {
      const { uid } = await open().create(spec('one'));
      await edit();
      const secrets = open();
      expect(await hashes(secrets)).toEqual([undefined]);
      await open().update(spec('two'), uid);
      expect(await hashes(secrets)).toEqual(['hash of two']);
    });

    it('in one that goes on after ten minutes, and only reads in between', async () => {
      const { client, asked } = watched();
      const secrets = open(client);
      await secrets.create(spec('one'));
      await edit();
      asked.length = 0;
      await clock.advance(599_000);
      for (let look = 0; look < 100; look += 1) expect(await hashes(secrets)).toEqual(['hash of one']);
      expect([...new Set(asked)]).toEqual(['listBare configmaps']);
      await clock.advance(1_000);
      expect(await hashes(secrets)).toEqual([undefined]);
    });

    it('as a removal, where nobody collects garbage', async () => {
      await open().create(spec('one'));
      objects.drop(resource, 's');
      expect(await open().list({})).toEqual([]);
      expect(objects.names(configMaps)).toEqual([]);
    });

    it('writes nothing by looking', async () => {
      await open().create(spec('one'));
      const before = objects.writes();
      await hashes();
      expect(objects.writes()).toBe(before);
    });

    it.each([
      ['a rule of the cluster is in the way', new ApiError(400, '')],
      ['this replica may not write', new WriteGateClosedError()],
      ['something between fails', new ApiError(500, '')],
      ['the API server has no time', new ApiError(429, '')],
    ])('not where %s: then the marker counts', async (_title, error) => {
      await open().create(spec('one'));
      await edit();
      const client = { ...objects, rehearse: () => Promise.reject(error) };
      expect(await hashes(open(client))).toEqual(['hash of one']);
    });

    it('or nothing at all, where the API server gives no answer', async () => {
      await open().create(spec('one'));
      const client = { ...objects, rehearse: () => Promise.reject(new NoAnswerError('too slow')) };
      await expect(open(client).list({})).rejects.toThrow('too slow');
    });
  });

  it('shows the others where one cannot be looked at whose creation was cut short', async () => {
    const cut = { ...objects, create: cutAtSecrets };
    await expect(open(cut).create(spec('one'))).rejects.toThrow('too slow');
    await open().create(secretSpec('other'));
    const client = { ...objects, rehearse: () => Promise.reject(new ApiError(500, '')) };
    const seen = await open(client).list({});
    expect(seen.map(({ name }) => name)).toEqual(['other']);
    expect((await open().list({})).map(({ name }) => name)).toEqual(['other']);
  });

  const cutAtSecrets: ObjectClient['create'] = async (kind, manifest) => {
    if (kind === resource) throw new NoAnswerError('too slow');
    return objects.create(kind, manifest);
  };

  it('takes up what it has made when the answer was lost, although it is refused after that', async () => {
    let attempts = 0;
    const client: ObjectClient = {
      ...objects,
      async create(kind, manifest) {
        if (kind !== resource) return objects.create(kind, manifest);
        await objects.create(kind, manifest);
        attempts += 1;
        // A quota of one Secret, which is that of the first attempt.
        throw new ApiError(403, JSON.stringify({ kind: 'Status', message: 'exceeded quota: small' }));
      },
    };
    await expect(open(client).create(spec('one'))).rejects.toThrow('quota');
    expect(attempts).toBe(1);
    const [live] = await open().list({});
    expect(live).toMatchObject({ name: 's' });
    expect(live?.appliedHash).toBeUndefined();
  });
});
