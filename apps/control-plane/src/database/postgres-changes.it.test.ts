import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { createFakeClock } from '@ccd/reconcile/testing';
import { eventually } from '@ccd/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NotifyingServer } from '../testing/notifying-server.ts';
import { startNotifyingServer } from '../testing/notifying-server.ts';
import { changesChannel, createChangeSource } from './change-feed.ts';
import { listenForChanges } from './postgres-changes.ts';

describe(listenForChanges, () => {
  let server: NotifyingServer;
  let stop: () => Promise<void>;
  beforeEach(async () => {
    server = await startNotifyingServer();
  });
  afterEach(async () => {
    await stop();
    await server.stop();
  });

  function listen(url = server.url) {
    const clock = createFakeClock();
    const source = createChangeSource();
    const told: string[] = [];
    const errors: unknown[] = [];
    /** Whether what is written on other connections arrives at those that listen. */
    const way = { isOpen: true };
    source.subscribe({
      changed: ({ table, id }) => told.push(`${table}/${id}`),
      missed: () => told.push(source.isLive() ? 'live' : 'missed'),
    });
    stop = listenForChanges({
      url,
      source,
      clock,
      database: {
        async query(_sql, [channel, payload] = []) {
          if (way.isOpen) server.notify(String(channel), String(payload));
          return [];
        },
      },
      onError: (error) => errors.push(error),
    });
    return { clock, source, told, errors, way, live: () => eventually('listening', () => source.isLive()) };
  }

  it('tells of changes once a notification has come the whole way', async () => {
    const { told, live } = listen();
    await live();
    server.notify(changesChannel, 'installations/a');
    await eventually('the change', () => told.length === 2);
    expect(told).toEqual(['live', 'installations/a']);
  });

  it('is not live on a connection on which no notification arrives', async () => {
    const { clock, source, errors, way } = listen();
    way.isOpen = false;
    await eventually('a connection', () => server.listeners() === 1);
    await eventually('the end of patience', async () => {
      await clock.advance(1_000);
      return errors.length > 0;
    });
    expect(source.isLive()).toBe(false);
    expect(String(errors[0])).toContain('tells of no changes');
  });

  it('notices within half a minute that notifications have ceased, while the connection stands', async () => {
    const { clock, source, way, live } = listen();
    await live();
    way.isOpen = false;
    const since = clock.now();
    await eventually('the doubt', async () => {
      await clock.advance(500);
      return !source.isLive();
    });
    expect(clock.now() - since).toBeLessThanOrEqual(30_000);
  });

  it('says that changes may have been missed when the connection breaks, and listens again', async () => {
    const { clock, told, source, live } = listen();
    await live();
    server.reset();
    await eventually('the break', () => told.includes('missed'));
    await eventually('another connection', async () => {
      await clock.advance(500);
      return source.isLive();
    });
    expect(told).toEqual(['live', 'missed', 'live']);
  });

  it('says that a server which takes connections and no more does not answer', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
      socket.resume();
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const { clock, errors } = listen(`postgres://somebody@127.0.0.1:${port}/any`);
    await eventually('a connection', () => sockets.size === 1);
    await clock.advance(10_000);
    await eventually('the end of patience', () => errors.length === 1);
    expect(String(errors[0])).toContain('does not answer');
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  it('goes on trying where there is no server', async () => {
    const { clock, errors, live } = listen();
    await live();
    await server.stop();
    await eventually('two failures', async () => {
      await clock.advance(500);
      return errors.length >= 3;
    });
    server = await startNotifyingServer();
    expect(errors.map(String).join()).toContain('ECONNREFUSED');
  });
});
