import type { ClientStream } from '@ccd/controlplane';
import { createFakeClock } from '@ccd/reconcile/testing';
import { describe, expect, it } from '@jest/globals';
import { createClientStreams } from './client-streams.ts';

const demo = (enabled = true): ClientStream => ({
  clientId: 'stream-demo',
  stream: {
    kind: 'source',
    topic: 'stream-1',
    uuid: '1',
    name: 'demo',
    projectId: 'p',
    enabled,
    policyId: '',
  },
});

function setUp(cached?: readonly ClientStream[]) {
  const clock = createFakeClock();
  const world = { streams: [demo()] as ClientStream[], away: false, asked: 0, saved: cached };
  const streams = createClientStreams({
    clock,
    controlPlane: {
      clientStreams: async (ids) => {
        world.asked += 1;
        if (world.away) throw new Error('away');
        return world.streams.filter(({ clientId }) => ids.includes(clientId));
      },
    },
    cache: {
      load: async () => cached,
      save: async (value) => {
        world.saved = value;
      },
    },
  });
  return { clock, world, streams };
}

describe(createClientStreams, () => {
  it('asks once for a client id and answers from memory afterwards', async () => {
    const { streams, world } = setUp();
    await Promise.all([streams.find('stream-demo'), streams.find('stream-demo')]);
    expect(await streams.find('stream-demo')).toEqual(demo());
    expect(world.asked).toBe(1);
  });

  it('notices within a minute or so that a stream was disabled', async () => {
    const { clock, streams, world } = setUp();
    await streams.find('stream-demo');
    world.streams = [demo(false)];
    await clock.advance(61_000);
    await streams.find('stream-demo');
    await clock.advance(0);
    expect(await streams.find('stream-demo')).toMatchObject({ stream: { enabled: false } });
  });

  it('goes on with what it knows while the control plane is away', async () => {
    const { clock, streams, world } = setUp();
    await streams.find('stream-demo');
    world.away = true;
    await clock.advance(3_600_000);
    expect(await streams.find('stream-demo')).toEqual(demo());
  });

  it('starts from the file without a control plane', async () => {
    const { streams, world } = setUp([demo()]);
    world.away = true;
    expect(await streams.find('stream-demo')).toEqual(demo());
  });

  it('keeps what it finds for the next start', async () => {
    const { streams, world } = setUp();
    await streams.find('stream-demo');
    expect(world.saved).toEqual([demo()]);
  });

  it('forgets an unknown client id soon, so that a new stream works at once', async () => {
    const { clock, streams, world } = setUp();
    world.streams = [];
    expect(await streams.find('stream-demo')).toBeUndefined();
    expect(await streams.find('stream-demo')).toBeUndefined();
    expect(world.asked).toBe(1);
    world.streams = [demo()];
    await clock.advance(6_000);
    expect(await streams.find('stream-demo')).toEqual(demo());
  });

  it('tells unknown from unavailable', async () => {
    const { streams, world } = setUp();
    world.away = true;
    await expect(streams.find('stream-demo')).rejects.toThrow('away');
  });

  it('stops knowing a stream that was deleted', async () => {
    const { clock, streams, world } = setUp();
    await streams.find('stream-demo');
    world.streams = [];
    await clock.advance(61_000);
    await streams.find('stream-demo');
    await clock.advance(0);
    expect(await streams.find('stream-demo')).toBeUndefined();
    expect(world.saved).toEqual([]);
  });
});
