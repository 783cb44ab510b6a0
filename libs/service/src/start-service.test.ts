import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createHealth } from './health.ts';
import { startService } from './start-service.ts';
import type { Component, StopError } from './start-service.ts';
import { createCapturingLogger, createSilentLogger } from './testing/index.ts';

const logger = createSilentLogger();

/** Three components that write down what happens to them. */
function recorded(overrides: Readonly<Record<string, Partial<Component>>> = {}) {
  const events: string[] = [];
  const components = ['a', 'b', 'c'].map((name): Component => ({
    name,
    async start() {
      events.push(`start ${name}`);
    },
    async stop() {
      events.push(`stop ${name}`);
    },
    ...overrides[name],
  }));
  return { events, components };
}

afterEach(() => {
  jest.useRealTimers();
});

describe(startService, () => {
  it('starts in order and stops in reverse order', async () => {
    const { events, components } = recorded();
    const service = await startService({ name: 'x', logger, components });
    await service.stop('test');
    await service.done;
    expect(events).toEqual(['start a', 'start b', 'start c', 'stop c', 'stop b', 'stop a']);
  });

  it('is ready when all have started and say so, and not from the moment a stop begins', async () => {
    const health = createHealth();
    const seen: boolean[] = [];
    let ready: true | string = 'catching up';
    const look = async (): Promise<void> => void seen.push(health.ready().ok);
    const { components } = recorded({ c: { start: look, stop: look, ready: () => ready } });
    const service = await startService({ name: 'x', logger, components, health });
    expect(service.ready()).toEqual({ ok: false, reasons: [{ component: 'c', reason: 'catching up' }] });
    ready = true;
    expect(service.ready().ok).toBe(true);
    await service.stop('test');
    expect(seen).toEqual([false, false]);
  });

  it('stops what was started, the failed one included, when one fails to start', async () => {
    const { events, components } = recorded({
      b: {
        start: async () => {
          throw new Error('no port');
        },
      },
    });
    await expect(startService({ name: 'x', logger, components })).rejects.toThrow('no port');
    expect(events).toEqual(['start a', 'stop b', 'stop a']);
  });

  it('ends a start that is asked to stop', async () => {
    const stopping = new AbortController();
    const { events, components } = recorded({
      b: {
        start: async () => {
          stopping.abort(new Error('SIGTERM'));
        },
      },
    });
    await expect(startService({ name: 'x', logger, components, signal: stopping.signal })).rejects.toThrow(
      'SIGTERM',
    );
    expect(events).toEqual(['start a', 'stop b', 'stop a']);
  });

  it('goes on stopping when one fails to, and says which', async () => {
    const { events, components } = recorded({
      b: {
        stop: async () => {
          throw new Error('stuck');
        },
      },
    });
    const service = await startService({ name: 'x', logger, components });
    await service.stop('test');
    expect(events.slice(3)).toEqual(['stop c', 'stop a']);
    await expect(service.done).rejects.toMatchObject({
      name: 'StopError',
      components: ['b'],
    } satisfies Partial<StopError>);
  });

  it('gives up on a component that does not stop before the deadline, and still stops the others', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
    const { promise: never } = Promise.withResolvers<never>();
    const { events, components } = recorded({ c: { stop: () => never } });
    const service = await startService({ name: 'x', logger, components, stopTimeoutMs: 5_000 });
    const stopped = service.stop('test');
    await jest.advanceTimersByTimeAsync(4_999);
    expect(events).not.toContain('stop b');
    await jest.advanceTimersByTimeAsync(1);
    await stopped;
    expect(events.slice(3)).toEqual(['stop b', 'stop a']);
    await expect(service.done).rejects.toThrow('x did not stop cleanly: c');
  });

  it('lets a component that heeds the deadline end by itself', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
    const { components } = recorded({
      c: {
        stop: (deadline) =>
          new Promise((resolve) => {
            deadline.addEventListener('abort', () => {
              resolve();
            });
          }),
      },
    });
    const service = await startService({ name: 'x', logger, components, stopTimeoutMs: 10 });
    const stopped = service.stop('test');
    await jest.advanceTimersByTimeAsync(10);
    await stopped;
    await expect(service.done).resolves.toBeUndefined();
  });

  it('stops once, however often it is asked, and keeps no timer', async () => {
    const { events, components } = recorded();
    const service = await startService({ name: 'x', logger, components });
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
    await Promise.all([service.stop('one'), service.stop('two')]);
    expect(events.filter((event) => event === 'stop a')).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('ends with the error that made it stop', async () => {
    const service = await startService({ name: 'x', logger, components: [] });
    await service.stop('the log was lost', new Error('disk gone'));
    await expect(service.done).rejects.toThrow('disk gone');
  });

  it('logs why a component did not stop', async () => {
    const captured = createCapturingLogger();
    const stop = () => Promise.reject(new Error('stuck'));
    const service = await startService({
      name: 'x',
      logger: captured.logger,
      components: [{ name: 'c', stop }],
    });
    await service.stop('test');
    expect(captured.entries).toContainEqual(
      expect.objectContaining({
        level: 'error',
        fields: { component: 'c', error: expect.objectContaining({ message: 'stuck' }) },
      }),
    );
  });
});
