import { decodeUsageMark } from '@ccd/dataplane';
import { LogUnavailableError, readTopic } from '@ccd/eventlog';
import { createMemoryLog } from '@ccd/eventlog/testing';
import { createFakeClock } from '@ccd/reconcile/testing';
import { createSilentLogger } from '@ccd/service';
import { afterEach, describe, expect, it } from '@jest/globals';
import { sampleSender } from './testing/gateway-rig.ts';
import { createUsageMarks } from './usage-marks.ts';

const { stream } = sampleSender;

let close = async (): Promise<void> => {};
afterEach(() => close());

async function setUp({ served = [] as readonly (typeof stream)[], isThere = true } = {}) {
  const clock = createFakeClock();
  const log = createMemoryLog({ clock });
  close = () => log.close();
  const createTopic = (name: string) =>
    log.admin.createTopic({ name, partitions: 2, config: { cleanup: 'delete' } });
  await createTopic(stream.topic);
  if (isThere) await createTopic('billing');
  const producer = await log.createProducer();
  const failure: { error?: Error; of?: string } = {};
  const marks = createUsageMarks({
    log: {
      admin: {
        bounds: (name) =>
          failure.error === undefined || (failure.of ?? name) !== name
            ? log.admin.bounds(name)
            : Promise.reject(failure.error),
      },
    },
    producer,
    installationId: 'installation-1',
    topic: 'billing',
    served: async () => served,
    clock,
    logger: createSilentLogger(),
    intervalMs: 60_000,
  });
  const allWritten = async () =>
    (await Array.fromAsync(readTopic(log, 'billing'))).map(({ value }) => decodeUsageMark(value));
  await marks.start?.(new AbortController().signal);
  return {
    clock,
    marks,
    failure,
    createTopic,
    stop: () => marks.stop?.(new AbortController().signal),
    store: async (count: number) => {
      const record = { topic: stream.topic, key: null, value: Buffer.from('event') };
      await producer.append(Array.from({ length: count }, () => record));
    },
    firstWritten: async () => (await allWritten()).slice(0, 1),
    written: allWritten,
  };
}

describe(createUsageMarks, () => {
  it('says how many events the topic has, with the time in which the last ones came', async () => {
    const { clock, marks, store, firstWritten, stop } = await setUp();
    const begin = clock.now();
    await store(3);
    marks.accepted(stream);
    marks.accepted(stream);
    await clock.advance(60_000);
    await stop();
    const { uuid, name, projectId } = stream;
    expect(await firstWritten()).toStrictEqual([
      {
        installationId: 'installation-1',
        stream: { uuid, name, projectId },
        events: 3,
        since: begin,
        at: begin + 60_000,
      },
    ]);
  });

  it('says the same once more, since an older look of another gateway may have come between, and then no more', async () => {
    const { clock, marks, store, written, stop } = await setUp();
    await store(1);
    marks.accepted(stream);
    for (let minutes = 0; minutes < 5; minutes += 1) await clock.advance(60_000);
    await stop();
    expect(await written()).toMatchObject([{ events: 1 }, { events: 1 }]);
  });

  it('marks the others where a stream cannot be looked at, and that one as soon as it can', async () => {
    const { clock, marks, store, failure, written, stop } = await setUp();
    const begin = clock.now();
    await store(1);
    failure.error = new LogUnavailableError('bounds');
    failure.of = 'stream-ill';
    marks.accepted({ ...stream, topic: 'stream-ill', uuid: 'ill' });
    marks.accepted(stream);
    await clock.advance(60_000);
    expect(await written()).toMatchObject([{ stream: { uuid: stream.uuid } }]);
    failure.of = 'none';
    await clock.advance(60_000);
    await stop();
    // Its topic has never been there, which is found out by then.
    expect(await written()).toMatchObject([{ since: begin }, { stream: { uuid: stream.uuid } }]);
  });

  it('marks at the stop what came since the last time', async () => {
    const { marks, store, written, stop } = await setUp();
    await store(2);
    marks.accepted(stream);
    await stop();
    expect(await written()).toMatchObject([{ events: 2 }]);
  });

  it('marks after its start what an earlier process may have left unmarked', async () => {
    const { clock, store, firstWritten, stop } = await setUp({ served: [stream] });
    await store(4);
    await clock.advance(60_000);
    await stop();
    expect(await firstWritten()).toMatchObject([{ events: 4 }]);
  });

  it('tries again what could not be written, from the time of the last mark on', async () => {
    const { clock, marks, store, failure, firstWritten, stop } = await setUp();
    const begin = clock.now();
    await store(1);
    marks.accepted(stream);
    failure.error = new LogUnavailableError('bounds');
    await clock.advance(60_000);
    delete failure.error;
    await store(1);
    await clock.advance(60_000);
    await stop();
    expect(await firstWritten()).toMatchObject([{ events: 2, since: begin, at: begin + 120_000 }]);
  });

  it('waits for the topic that the marks go to', async () => {
    const { clock, marks, store, createTopic, firstWritten, stop } = await setUp({ isThere: false });
    await store(5);
    marks.accepted(stream);
    await clock.advance(60_000);
    await createTopic('billing');
    await clock.advance(60_000);
    await stop();
    expect(await firstWritten()).toMatchObject([{ events: 5 }]);
  });

  it('says nothing of a stream whose topic is gone', async () => {
    const { marks, written, stop } = await setUp();
    marks.accepted({ ...stream, topic: 'stream-gone', uuid: 'gone' });
    marks.accepted(stream);
    await stop();
    expect(await written()).toMatchObject([{ stream: { uuid: stream.uuid } }]);
  });
});
