import { beforeEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '@ccd/reconcile/testing';
import { z } from 'zod';
import { AlreadyExistsError } from '../../errors.ts';
import type { LiveSecret } from '../../port.ts';
import { cutOff } from '../../testing/kubernetes/cut-off.ts';
import { createMemoryObjects } from '../../testing/kubernetes/memory-objects.ts';
import type { MemoryObjects } from '../../testing/kubernetes/memory-objects.ts';
import { secretSpec } from '../../testing/specs.ts';
import type { ObjectClient } from '../client/object-client.ts';
import { configMaps, secrets as resource } from '../client/resources.ts';
import { createSecrets } from './secrets.ts';

let objects: MemoryObjects;
beforeEach(() => {
  objects = createMemoryObjects();
});

/** The agent in a new process. */
const open = (client: ObjectClient = objects) => createSecrets({ objects: client, clock: createFakeClock() });
const spec = (text: string) =>
  secretSpec('s', { data: { location: Buffer.from(text) }, hash: `hash of ${text}` });

const contentSchema = z.object({ data: z.object({ location: z.base64() }) });
/** What the Secret holds; undefined where there is none. */
async function content(): Promise<string | undefined> {
  const found = await objects.get(resource, 's');
  return found === undefined ? undefined : atob(contentSchema.parse(found).data.location);
}

describe('createSecrets, cut off in the middle of its work, comes through', () => {
  /** The world after each way to cut it off, one after the other. */
  async function forEachCut(
    prepare: () => Promise<LiveSecret | undefined>,
    work: (secrets: ReturnType<typeof open>, live: LiveSecret | undefined) => Promise<unknown>,
    then: () => Promise<void>,
  ): Promise<void> {
    let cuts = 0;
    for (let done = false; !done; cuts += 1) {
      for (const lost of [false, true]) {
        objects = createMemoryObjects();
        const live = await prepare();
        done = await work(open(cutOff(objects, { after: cuts, lost })), live).then(
          () => true,
          () => false,
        );
        await then();
      }
    }
    // Three requests at least, so that there was something between them.
    expect(cuts).toBeGreaterThan(3);
  }
  const theOne = async (secrets = open()): Promise<LiveSecret | undefined> => (await secrets.list({}))[0];
  /** A hash is shown only where the Secret holds what it stands for. */
  const expectTruth = async (secrets = open()): Promise<void> => {
    const hash = (await theOne(secrets))?.appliedHash;
    if (hash !== undefined) expect(hash).toBe(`hash of ${await content()}`);
  };
  const nothing = async () => undefined;
  const one = () => open().create(spec('one'));
  const create = (secrets: ReturnType<typeof open>) => secrets.create(spec('one'));
  const update = (secrets: ReturnType<typeof open>, live?: LiveSecret) =>
    secrets.update(spec('two'), live?.uid ?? '');
  const remove = (secrets: ReturnType<typeof open>, live?: LiveSecret) =>
    secrets.remove('s', live?.uid ?? '');

  it('a creation that is asked for again', async () => {
    await forEachCut(nothing, create, async () => {
      const error: unknown = await open()
        .create(spec('two'))
        .then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
      // It was made, and the answer lost: then it is listed.
      expect(error === undefined || (error instanceof AlreadyExistsError && !error.foreign)).toBe(true);
      if (error !== undefined) await open().update(spec('two'), (await theOne())?.uid ?? '');
      expect(await theOne()).toMatchObject({ appliedHash: 'hash of two', labels: spec('two').labels });
      expect(await content()).toBe('two');
    });
  });

  it('a creation that nobody asks for any more: what was made is listed, and can be removed', async () => {
    await forEachCut(nothing, create, async () => {
      await expectTruth();
      const made = await theOne();
      expect(made !== undefined).toBe((await content()) !== undefined);
      if (made) await open().remove('s', made.uid);
      expect([objects.names(resource), objects.names(configMaps)]).toEqual([[], []]);
    });
  });

  it('an update, also in the eyes of one who has looked at the Secret before', async () => {
    let witness = open();
    await forEachCut(
      async () => {
        const live = await one();
        witness = open();
        await witness.list({});
        return live;
      },
      update,
      async () => {
        await expectTruth(witness);
        await expectTruth();
        const { uid = '' } = (await theOne()) ?? {};
        await open().update(spec('three'), uid);
        for (const secrets of [open(), witness])
          expect(await theOne(secrets)).toMatchObject({ uid, appliedHash: 'hash of three' });
        expect(await content()).toBe('three');
      },
    );
  });

  it('a removal', async () => {
    await forEachCut(one, remove, async () => {
      await expectTruth();
      const left = await theOne();
      if (left) await open().remove('s', left.uid);
      expect([objects.names(resource), objects.names(configMaps)]).toEqual([[], []]);
    });
  });

  it('what completes a creation', async () => {
    await forEachCut(
      async () => {
        await create(open(cutOff(objects, { after: 2, lost: true }))).catch(() => {});
        return undefined;
      },
      (secrets) => secrets.list({}),
      async () => {
        await expectTruth();
        expect(await theOne()).toMatchObject({ name: 's' });
      },
    );
  });
});
