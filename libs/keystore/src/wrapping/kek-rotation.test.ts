import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '@ccd/reconcile/testing';
import { createKeyStore } from '../create-key-store.ts';
import { KeyStoreUnavailableError } from '../errors.ts';
import { createMemoryIndex } from '../testing/memory-index.ts';
import { createMemoryJournal } from '../testing/memory-journal.ts';
import { newSecrets, newSessionKey } from '../testing/session-keys.ts';
import { createLocalKeyWrapper } from './local-key-wrapper.ts';
import type { LocalKeks } from './local-key-wrapper.ts';

const streamId = 'stream-1';
const [old, next] = ['2026-01', '2026-12'].map((id) => ({ id, key: randomBytes(32) }));
if (!old || !next) throw new Error('two were made');

/** What a process is started with, by the step of the rotation. */
const steps = {
  before: { primary: old },
  added: { primary: old, older: [next] },
  promoted: { primary: next, older: [old] },
} satisfies Record<string, LocalKeks>;

/** Processes with keys of their own over one journal and one index. */
function setUp() {
  const clock = createFakeClock();
  const { lookupSecret } = newSecrets();
  const [index, journal] = [createMemoryIndex(), createMemoryJournal()];
  let sessions = 0;
  return {
    journal,
    process: (step: keyof typeof steps) => {
      const secrets = { lookupSecret, wrapper: createLocalKeyWrapper(steps[step]) };
      const store = createKeyStore({ index, journal, clock, secrets });
      const write = async () => {
        sessions += 1;
        const session = { streamId, keyFieldValue: `session ${sessions}` };
        return { session, key: (await store.currentKey(session, () => newSessionKey(clock.now()))).key };
      };
      return { store, write };
    },
  };
}

describe('a rotation of the key-encryption key', () => {
  it.each<[keyof typeof steps, keyof typeof steps]>([
    ['before', 'before'],
    ['before', 'added'],
    ['added', 'before'],
    ['added', 'added'],
    ['added', 'promoted'],
    ['promoted', 'added'],
    ['promoted', 'promoted'],
  ])('is read by every process while some are %s and others %s', async (writers, readers) => {
    const { process, journal } = setUp();
    const [writer, reader] = [process(writers), process(readers)];
    const { session, key } = await writer.write();
    const found = await reader.store.lookUp(streamId, [key.keyLink]);
    expect(found.get(key.keyLink)).toMatchObject({ state: 'found', key });
    const never = () => {
      throw new Error('there is one');
    };
    expect(await reader.store.currentKey(session, never)).toEqual({ key, created: false });
    expect(journal.entries.map(({ wrapped }) => wrapped?.kekId)).toEqual([steps[writers].primary.id]);
  });

  it('fails those that do not have the new key yet, where it is promoted in one step', async () => {
    const { process } = setUp();
    const { session, key } = await process('promoted').write();
    const { store } = process('before');
    await expect(store.lookUp(streamId, [key.keyLink])).rejects.toThrow(KeyStoreUnavailableError);
    const create = () => newSessionKey(0);
    await expect(store.currentKey(session, create)).rejects.toThrow(KeyStoreUnavailableError);
  });
});
