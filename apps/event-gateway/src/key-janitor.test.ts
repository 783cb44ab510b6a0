import { createKeyJournal, keyTopicOf } from '@ccd/dataplane';
import { createMemoryLog } from '@ccd/eventlog/testing';
import { createKeyStore } from '@ccd/keystore';
import { createMemoryIndex, newSecrets, newSessionKey } from '@ccd/keystore/testing';
import { createFakeClock } from '@ccd/reconcile/testing';
import { createSilentLogger } from '@ccd/service';
import { eventually } from '@ccd/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createKeyJanitor } from './key-janitor.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const dayMs = 86_400_000;
/** Rotation, retention and lag. */
const lifetimeMs = 15 * dayMs;

async function setUp(...streamIds: string[]) {
  const log = createMemoryLog();
  const clock = createFakeClock();
  for (const streamId of streamIds) {
    await log.admin.createTopic({
      name: keyTopicOf(streamId),
      partitions: 2,
      config: { cleanup: 'compact' },
    });
  }
  await log.admin.createTopic({ name: 'stream-1', partitions: 1, config: { cleanup: 'delete' } });
  const journal = createKeyJournal(log, await log.createProducer());
  const keys = createKeyStore({ index: createMemoryIndex(), journal, secrets: newSecrets(), clock });
  const janitor = createKeyJanitor({ log, keys, journal, clock, logger: createSilentLogger() });
  closers.push(
    () => log.close(),
    () => keys.close(),
    () => janitor.stop?.(AbortSignal.timeout(5_000)) ?? Promise.resolve(),
  );
  await janitor.start?.(AbortSignal.timeout(5_000));
  const makeKey = async (streamId: string) => {
    const { key } = await keys.currentKey({ streamId, keyFieldValue: 'session' }, () =>
      newSessionKey(clock.now()),
    );
    return key.keyLink;
  };
  const stateOf = async (streamId: string, keyLink: string) =>
    (await keys.lookUp(streamId, [keyLink])).get(keyLink)?.state;
  return { log, clock, makeKey, stateOf };
}

describe(createKeyJanitor, () => {
  it('tombstones the keys of every stream once no event can need them, used here or not', async () => {
    const { clock, makeKey, stateOf } = await setUp('1', '2');
    const [first, second] = [await makeKey('1'), await makeKey('2')];
    await clock.advance(lifetimeMs - 1);
    expect(await stateOf('1', first)).toBe('found');
    await clock.advance(2 * 3_600_000);
    await eventually('both are gone', async () => {
      const states = [await stateOf('1', first), await stateOf('2', second)];
      return states.every((state) => state === 'erased');
    });
  });

  it('goes on to the other streams when the keys of one cannot be read', async () => {
    const { log, clock, makeKey, stateOf } = await setUp('1', '2');
    const second = await makeKey('2');
    const producer = await log.createProducer();
    await producer.append([
      { topic: keyTopicOf('1'), key: Buffer.from('x'), value: Buffer.from('not a key') },
    ]);
    await clock.advance(lifetimeMs + 2 * 3_600_000);
    await eventually('it is gone', async () => (await stateOf('2', second)) === 'erased');
  });
});
