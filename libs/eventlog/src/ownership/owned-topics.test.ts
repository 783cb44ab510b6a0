import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createFakeClock } from '@ccd/reconcile/testing';
import type { EventLog, TopicAdmin, TopicSpec } from '../port.ts';
import { InvalidTopicError, TopicNotFoundError } from '../errors.ts';
import { createMemoryLog } from '../testing/memory-log.ts';
import type { MemoryLog } from '../testing/memory-log.ts';
import { createOwnedTopics, ForeignTopicError } from './owned-topics.ts';
import type { OwnedTopics } from './owned-topics.ts';
import { WritesClosedError } from './writes-closed-error.ts';

const hourMs = 60 * 60 * 1000;
const spec: TopicSpec = {
  name: 'stream-1',
  partitions: 2,
  config: { cleanup: 'delete', retentionMs: 7 * 24 * hourMs },
};

describe(createOwnedTopics, () => {
  let clock = createFakeClock();
  let log: MemoryLog;
  let topics: OwnedTopics;

  beforeEach(() => {
    clock = createFakeClock();
    log = createMemoryLog({ clock });
    topics = open();
  });
  afterEach(() => log.close());

  /** Another process of the same installation, perhaps one that dies at some call. */
  function open(on: EventLog = log, mayWrite = () => true): OwnedTopics {
    return createOwnedTopics({ log: on, installationId: 'inst', clock, mayWrite });
  }

  /** A log whose admin calls can be replaced. */
  function withAdmin(replaced: Partial<TopicAdmin>): EventLog {
    const connection = log.connect();
    return { ...connection, admin: { ...connection.admin, ...replaced } };
  }

  const crash = async (): Promise<never> => {
    throw new Error('killed here');
  };
  const statesNow = async (by: OwnedTopics = topics) =>
    (await by.observe()).owned.map(({ name, state }) => `${name} ${state}`);
  const append = async () => {
    const producer = await log.createProducer();
    await producer.append([{ topic: spec.name, partition: 0, key: null, value: Buffer.from('kept') }]);
  };

  it('knows what it created, in every process', async () => {
    const created = await topics.create(spec);
    expect(created).toMatchObject({
      name: spec.name,
      state: 'live',
      spec,
      live: { id: created.id, partitions: 2 },
    });
    await expect(open().observe()).resolves.toEqual({ owned: [created], foreign: [] });
  });

  it('names the topics of others as foreign, and never its own registry', async () => {
    await log.admin.createTopic({ name: 'theirs', partitions: 1, config: { cleanup: 'delete' } });
    await topics.create(spec);
    expect((await topics.observe()).foreign).toEqual(['theirs']);
  });

  it('neither adopts, changes nor removes a foreign topic of a wanted name', async () => {
    const theirs = await log.admin.createTopic(spec);
    await expect(topics.create(spec)).rejects.toThrow(ForeignTopicError);
    await expect(topics.update(spec)).rejects.toThrow(ForeignTopicError);
    await expect(topics.tombstone(spec.name)).rejects.toThrow(ForeignTopicError);
    await clock.advance(100 * hourMs);
    await expect(topics.collect()).resolves.toEqual([]);
    await expect(log.admin.describeTopic(spec.name)).resolves.toEqual(theirs);
  });

  it('takes a topic that somebody deleted and made again for foreign', async () => {
    await topics.create(spec);
    await log.admin.deleteTopic(spec.name);
    await log.admin.createTopic(spec);
    await expect(topics.observe()).resolves.toEqual({ owned: [], foreign: [spec.name] });
    await expect(topics.create(spec)).rejects.toThrow(ForeignTopicError);
  });

  it('creates a topic again that somebody deleted', async () => {
    await topics.create(spec);
    await log.admin.deleteTopic(spec.name);
    await expect(statesNow()).resolves.toEqual([]);
    await topics.create(spec);
    await expect(statesNow()).resolves.toEqual(['stream-1 live']);
  });

  it('keeps a tombstoned topic with its data until the grace period is over', async () => {
    const { id } = await topics.create(spec);
    await append();
    await topics.tombstone(spec.name);
    const since = clock.now();
    await expect(topics.observe()).resolves.toMatchObject({
      owned: [{ id, state: 'tombstoned', tombstone: { since, removableAt: since + 72 * hourMs } }],
    });
    await clock.advance(72 * hourMs - 1);
    await expect(topics.collect()).resolves.toEqual([]);
    await clock.advance(1);
    await expect(topics.collect()).resolves.toEqual([spec.name]);
    await expect(log.admin.describeTopic(spec.name)).resolves.toBeUndefined();
    await expect(topics.observe()).resolves.toEqual({ owned: [], foreign: [] });
  });

  it('does not start the grace period anew when a topic is tombstoned again', async () => {
    await topics.create(spec);
    await topics.tombstone(spec.name);
    const since = clock.now();
    await clock.advance(hourMs);
    await topics.tombstone(spec.name);
    expect((await topics.observe()).owned[0]?.tombstone?.since).toBe(since);
  });

  it('does not let a jump of the wall clock cut the grace period short', async () => {
    await topics.create(spec);
    await topics.tombstone(spec.name);
    clock.jumpWallTime(100 * hourMs);
    await expect(topics.collect()).resolves.toEqual([]);
    await clock.advance(72 * hourMs);
    await expect(topics.collect()).resolves.toEqual([spec.name]);
  });

  it('revives a tombstoned topic as it was, with its data', async () => {
    const { id } = await topics.create(spec);
    await append();
    await topics.tombstone(spec.name);
    await clock.advance(71 * hourMs);
    await expect(open().create(spec)).resolves.toMatchObject({ id, state: 'live' });
    await clock.advance(100 * hourMs);
    await expect(topics.collect()).resolves.toEqual([]);
    await expect(log.admin.bounds(spec.name)).resolves.toMatchObject([{ latest: 1 }, { latest: 0 }]);
  });

  it('leaves a tombstoned topic that something still depends on', async () => {
    await topics.create(spec);
    await topics.tombstone(spec.name);
    await clock.advance(72 * hourMs);
    await expect(topics.collect(async () => [spec.name])).resolves.toEqual([]);
    await expect(topics.collect()).resolves.toEqual([spec.name]);
  });

  it('asks what depends on topics only where a grace period is over, and looks at no others', async () => {
    await topics.create(spec);
    await topics.create({ ...spec, name: 'stream-2' });
    const asked = jest.fn(async () => []);
    const looked = jest.fn((name: string) => log.admin.describeTopic(name));
    const looking = open(withAdmin({ describeTopic: looked, listTopics: crash }));
    await topics.tombstone(spec.name);
    await looking.collect(asked);
    expect(asked).not.toHaveBeenCalled();
    await clock.advance(72 * hourMs);
    await expect(looking.collect(asked)).resolves.toEqual([spec.name]);
    expect(asked).toHaveBeenCalledTimes(1);
    expect(looked).not.toHaveBeenCalledWith('stream-2');
  });

  it('changes the configuration of a topic and remembers what was asked for', async () => {
    await topics.create(spec);
    const wanted: TopicSpec = { ...spec, config: { cleanup: 'delete', retentionMs: hourMs } };
    await topics.update(wanted);
    const [topic] = (await open().observe()).owned;
    expect([topic?.spec, topic?.live.config]).toEqual([wanted, wanted.config]);
  });

  it('shows what somebody changed on a topic of ours', async () => {
    await topics.create(spec);
    await log.admin.alterTopic(spec.name, { cleanup: 'compact' });
    const [topic] = (await topics.observe()).owned;
    expect([topic?.spec.config.cleanup, topic?.live.config.cleanup]).toEqual(['delete', 'compact']);
  });

  it('writes nothing when nothing is to be changed', async () => {
    await topics.create(spec);
    const before = await log.admin.bounds('ccd-registry-inst');
    await topics.create(spec);
    await topics.update(spec);
    await topics.observe();
    await topics.collect();
    await expect(log.admin.bounds('ccd-registry-inst')).resolves.toEqual(before);
  });

  it('refuses to work on a topic that does not exist, or by a name that none can have', async () => {
    await expect(topics.update(spec)).rejects.toThrow(TopicNotFoundError);
    await expect(topics.tombstone(spec.name)).rejects.toThrow(TopicNotFoundError);
    await expect(topics.create({ ...spec, name: '../x' })).rejects.toThrow(InvalidTopicError);
  });

  describe('after a crash', () => {
    it('has no topic where it died before the creation, and takes nobody elses for it later', async () => {
      await expect(open(withAdmin({ createTopic: crash })).create(spec)).rejects.toThrow('killed here');
      await expect(statesNow()).resolves.toEqual([]);
      await log.admin.createTopic(spec);
      await expect(topics.observe()).resolves.toEqual({ owned: [], foreign: [spec.name] });
    });

    it('has its topic where it died right after the creation', async () => {
      const { admin } = log;
      const dying = withAdmin({ createTopic: (made) => admin.createTopic(made).then(crash) });
      await open(dying)
        .create(spec)
        .catch(() => {});
      // The registry was made before the wanted topic was; only the latter's creation is meant here.
      await open(dying)
        .create(spec)
        .catch(() => {});
      await expect(log.admin.describeTopic(spec.name)).resolves.toBeDefined();
      await expect(statesNow()).resolves.toEqual(['stream-1 live']);
    });

    it.each([
      ['before', (_: TopicAdmin) => crash],
      [
        'right after',
        (admin: TopicAdmin) => (name: string, id?: string) => admin.deleteTopic(name, id).then(crash),
      ],
    ])('completes a removal that it died %s', async (_, deleteTopic) => {
      await topics.create(spec);
      await topics.tombstone(spec.name);
      await clock.advance(72 * hourMs);
      const dying = open(withAdmin({ deleteTopic: deleteTopic(log.admin) }));
      await expect(dying.collect()).rejects.toThrow('killed here');
      await topics.collect();
      await expect(log.admin.describeTopic(spec.name)).resolves.toBeUndefined();
      await expect(topics.observe()).resolves.toEqual({ owned: [], foreign: [] });
    });

    it('can still revive a topic whose removal had only been meant', async () => {
      const { id } = await topics.create(spec);
      await topics.tombstone(spec.name);
      await clock.advance(72 * hourMs);
      await open(withAdmin({ deleteTopic: crash }))
        .collect()
        .catch(() => {});
      await expect(topics.create(spec)).resolves.toMatchObject({ id, state: 'live' });
    });
  });

  it('agrees with another instance that creates the same topic at the same time', async () => {
    const [ours, theirs] = await Promise.all([open().create(spec), open(log.connect()).create(spec)]);
    expect(ours.id).toBe(theirs.id);
    await expect(statesNow()).resolves.toEqual(['stream-1 live']);
  });

  describe('of an instance that only looks on', () => {
    const never = (): boolean => false;
    const endOfRegistry = async () => (await log.admin.bounds('ccd-registry-inst'))[0]?.latest;

    it('takes nothing back that the writer is at', async () => {
      const [asked, answer] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
      const create = async (wanted: TopicSpec) => {
        asked.resolve(undefined);
        await answer.promise;
        return log.admin.createTopic(wanted);
      };
      // Makes the registry.
      await topics.observe();
      const making = open(withAdmin({ createTopic: create })).create(spec);
      await asked.promise;
      const standby = open(log.connect(), never);
      const before = await endOfRegistry();
      await expect(statesNow(standby)).resolves.toEqual([]);
      await expect(endOfRegistry()).resolves.toBe(before);
      answer.resolve(undefined);
      await making;
      await expect(statesNow(standby)).resolves.toEqual(['stream-1 live']);
      await expect(statesNow()).resolves.toEqual(['stream-1 live']);
    });

    it('knows what a writer that ended had made, and leaves the record of it to the next', async () => {
      // Makes the registry.
      await topics.observe();
      const dying = withAdmin({ createTopic: (wanted) => log.admin.createTopic(wanted).then(crash) });
      await expect(open(dying).create(spec)).rejects.toThrow('killed here');
      const before = await endOfRegistry();
      await expect(statesNow(open(log, never))).resolves.toEqual(['stream-1 live']);
      await expect(endOfRegistry()).resolves.toBe(before);
    });

    it('makes, changes and removes nothing', async () => {
      await topics.create(spec);
      const standby = open(log, never);
      await expect(standby.create({ ...spec, name: 'stream-2' })).rejects.toThrow(WritesClosedError);
      const config = { cleanup: 'delete', retentionMs: hourMs } as const;
      await expect(standby.update({ ...spec, config })).rejects.toThrow(WritesClosedError);
      await expect(standby.tombstone(spec.name)).rejects.toThrow(WritesClosedError);
      await topics.tombstone(spec.name);
      await clock.advance(72 * hourMs);
      await expect(standby.collect()).resolves.toEqual([]);
      await expect(statesNow()).resolves.toEqual(['stream-1 tombstoned']);
    });
  });

  it('stops between intent and action when another instance is to write', async () => {
    let writes = 1;
    const ending = open(log, () => writes-- > 0);
    await expect(ending.create(spec)).rejects.toThrow(WritesClosedError);
    await expect(log.admin.describeTopic(spec.name)).resolves.toBeUndefined();
    await expect(topics.create(spec)).resolves.toMatchObject({ state: 'live' });
  });

  it('removes no topic that was revived while others were removed', async () => {
    const other = { ...spec, name: 'stream-2' };
    for (const each of [spec, other]) {
      await topics.create(each);
      await topics.tombstone(each.name);
    }
    await clock.advance(72 * hourMs);
    const reviving = open(
      withAdmin({
        async deleteTopic(name, id) {
          await topics.create(name === spec.name ? other : spec);
          await log.admin.deleteTopic(name, id);
        },
      }),
    );
    const removed = await reviving.collect();
    expect(removed).toHaveLength(1);
    await expect(statesNow()).resolves.toEqual([
      removed[0] === spec.name ? 'stream-2 live' : 'stream-1 live',
    ]);
  });

  it('survives the compaction of its registry', async () => {
    await topics.create(spec);
    await topics.tombstone(spec.name);
    await topics.create({ ...spec, name: 'stream-2' });
    clock.jumpWallTime(30 * 24 * hourMs);
    await log.upkeep();
    await expect(statesNow(open())).resolves.toEqual(
      expect.arrayContaining(['stream-1 tombstoned', 'stream-2 live']),
    );
  });
});
