import { beforeEach, describe, expect, it } from '@jest/globals';
import { ClusterUnavailableError, ConflictError } from '../../errors.ts';
import type { ObjectClient } from '../client/object-client.ts';
import { configMaps, leases } from '../client/resources.ts';
import { createMemoryObjects } from '../../testing/kubernetes/memory-objects.ts';
import type { MemoryObjects } from '../../testing/kubernetes/memory-objects.ts';
import { openConfigMapDocuments } from './config-map-documents.ts';
import { shardBytes } from './shards.ts';

let objects: MemoryObjects;
beforeEach(() => {
  objects = createMemoryObjects();
});

const open = (client: ObjectClient = objects) => openConfigMapDocuments(client, 'agent', 'ours');
/** Of three shards. */
const large = (letter: string): string => letter.repeat(2 * shardBytes) + '!';
const names = (): readonly string[] => objects.names(configMaps);

describe(openConfigMapDocuments, () => {
  it('keeps a small document in one object', async () => {
    await open().save('snapshot', 'text');
    expect(names()).toEqual(['ccd-agent-snapshot']);
    expect(await open().load('snapshot')).toBe('text');
  });

  it('keeps a large one in several, and none of them when it is small again', async () => {
    const state = open();
    await state.save('snapshot', large('a'));
    // Equal parts are one.
    expect(names()).toHaveLength(3);
    expect(await open().load('snapshot')).toBe(large('a'));
    await state.save('snapshot', 'small');
    expect(names()).toEqual(['ccd-agent-snapshot']);
    expect(await open().load('snapshot')).toBe('small');
  });

  it('leaves a copy that somebody made of a part where it is', async () => {
    const state = open();
    await state.save('snapshot', large('a'));
    const part = names().find((name) => name !== 'ccd-agent-snapshot') ?? '';
    const copied = await objects.get(configMaps, part);
    const manifest = copied as Parameters<typeof objects.create>[1];
    await objects.create(configMaps, { ...manifest, metadata: { ...manifest.metadata, name: 'backup' } });
    await state.save('snapshot', 'small');
    expect(names()).toEqual(['ccd-agent-snapshot', 'backup']);
  });

  it('has saved a document whose old parts cannot be removed', async () => {
    const refusing = open({
      ...objects,
      remove: async () => {
        throw new Error('forbidden');
      },
    });
    await refusing.save('snapshot', large('a'));
    await refusing.save('snapshot', 'small');
    expect(await open().load('snapshot')).toBe('small');
  });

  it('writes only the parts that have changed', async () => {
    const state = open();
    await state.save('snapshot', large('a'));
    const before = objects.writes();
    await state.save('snapshot', `${large('a')}?`);
    // The new part, the index, and the removal of the part that it replaces.
    expect(objects.writes() - before).toBe(3);
  });

  it.each(['create', 'replace'] as const)(
    'shows the one or the other where a save is cut short at any %s',
    async (step) => {
      for (let cutAt = 0; cutAt < 4; cutAt += 1) {
        objects = createMemoryObjects();
        await open().save('snapshot', large('a'));
        objects.failAfter(step, cutAt);
        const saved = await open()
          .save('snapshot', large('b'))
          .then(() => true)
          .catch(() => false);
        objects.failAfter(step, Number.POSITIVE_INFINITY);
        expect(await open().load('snapshot')).toBe(large(saved ? 'b' : 'a'));
        await open().save('snapshot', large('c'));
        expect(names()).toHaveLength(3);
      }
    },
  );

  it('reads again where a newer document came in between', async () => {
    await open().save('snapshot', large('a'));
    let interfere = true;
    const reader = open({
      ...objects,
      async get(resource, name) {
        const found = await objects.get(resource, name);
        if (interfere) {
          interfere = false;
          await open().save('snapshot', large('b'));
        }
        return found;
      },
    });
    expect(await reader.load('snapshot')).toBe(large('b'));
  });

  it('gives no part of a document whose shard was removed by hand', async () => {
    await open().save('snapshot', large('a'));
    const shard = names().find((name) => name !== 'ccd-agent-snapshot') ?? '';
    objects.drop(configMaps, shard);
    await expect(open().load('snapshot')).rejects.toBeInstanceOf(ClusterUnavailableError);
  });

  it('does not write over what another has written since', async () => {
    const [one, other] = [open(), open()];
    await one.save('guard', '1');
    await other.load('guard');
    await one.save('guard', '2');
    await expect(other.save('guard', '3')).rejects.toBeInstanceOf(ConflictError);
    expect(await other.load('guard')).toBe('2');
    await other.save('guard', '3');
    await expect(one.save('guard', '4')).rejects.toBeInstanceOf(ConflictError);
  });

  it('does not make a document that another has made meanwhile', async () => {
    const [one, other] = [open(), open()];
    await other.load('guard');
    await one.save('guard', '1');
    await expect(other.save('guard', '2')).rejects.toThrow('guard');
    expect(await open().load('guard')).toBe('1');
  });

  it("reads a release from the agent's Lease", async () => {
    expect(await open().release()).toBeUndefined();
    const metadata = { name: 'agent', annotations: { 'ccd/release': ' e/12\n' } };
    await objects.create(leases, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata });
    expect(await open().release()).toBe('e/12');
  });
});
