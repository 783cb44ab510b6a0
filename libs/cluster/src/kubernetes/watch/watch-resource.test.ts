import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { systemClock } from '@ccd/reconcile';
import type { Clock } from '@ccd/reconcile';
import { eventually } from '@ccd/testkit';
import { createTransport } from '../client/transport.ts';
import type { Transport } from '../client/transport.ts';
import { configMaps } from '../client/resources.ts';
import { json, startStandIn } from '../../testing/kubernetes/stand-in.ts';
import type { Answer, StandIn } from '../../testing/kubernetes/stand-in.ts';
import { watchResource } from './watch-resource.ts';
import type { Watch } from './watch-resource.ts';

let server: StandIn;
let transport: Transport;
let watching: Watch | undefined;
let hints: number;

beforeEach(async () => {
  hints = 0;
  server = await startStandIn();
  transport = createTransport(server.connection, systemClock);
});
afterEach(async () => {
  await watching?.stop();
  watching = undefined;
  transport.close();
  await server.stop();
});

/** A hundred times as fast. */
const hasty: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms / 100, signal) };

const watch = (windowMs = 240_000, clock: Clock = hasty): void => {
  watching = watchResource({
    transport,
    namespace: 'n',
    resource: configMaps,
    clock,
    windowMs,
    random: () => 1,
    onHint: () => {
      hints += 1;
    },
  });
};
const listAt = (resourceVersion: string): Answer => json({ metadata: { resourceVersion }, items: [] });
const event = (type: string, resourceVersion: string): string =>
  `${JSON.stringify({ type, object: { metadata: { resourceVersion } } })}\n`;
const streams =
  (...lines: readonly string[]): Answer =>
  (response) => {
    response.writeHead(200);
    response.flushHeaders();
    for (const line of lines) response.write(line);
  };
const ends =
  (...lines: readonly string[]): Answer =>
  (response) => {
    response.writeHead(200).end(lines.join(''));
  };
const versions = () =>
  server.asked
    .filter(({ path }) => path.includes('watch=true'))
    .map(({ path }) => new URL(path, 'http://x').searchParams.get('resourceVersion'));

describe(watchResource, () => {
  it('begins from a version rather than with everything, and hints at each change', async () => {
    server.script(listAt('5'), streams(event('BOOKMARK', '6'), event('ADDED', '7')));
    watch();
    await eventually('the change was told, after the beginning', () => hints === 2);
    expect(versions()).toEqual(['5']);
  });

  it('goes on where it ended', async () => {
    server.script(listAt('5'), ends(event('ADDED', '7')), ends(event('BOOKMARK', '9')), streams());
    watch();
    await eventually('it is there again', () => versions().length === 3);
    expect(versions()).toEqual(['5', '7', '9']);
    expect(hints).toBe(2);
  });

  it.each<[string, Answer]>([
    ['within the watch', ends(`${JSON.stringify({ type: 'ERROR', object: { code: 410 } })}\n`)],
    ['as the answer', json({ kind: 'Status', code: 410 }, 410)],
  ])('begins anew where its version is too old, said %s, and asks for a list', async (_title, expired) => {
    server.script(listAt('5'), expired, listAt('50'), streams());
    watch();
    await eventually('it is there again', () => versions().length === 2);
    expect(versions()).toEqual(['5', '50']);
    // At each beginning, and for what may have been missed between.
    expect(hints).toBe(3);
  });

  const tooLarge = {
    kind: 'Status',
    code: 504,
    reason: 'Timeout',
    message: 'Too large resource version: 500, current: 50',
    details: { causes: [{ reason: 'ResourceVersionTooLarge' }], retryAfterSeconds: 1 },
  };
  const error = `${JSON.stringify({ type: 'ERROR', object: tooLarge })}\n`;
  it.each<[string, Answer]>([
    ['the answer says so', json(tooLarge, 504)],
    ['an event says so', ends(error)],
    ['its events go back', streams(event('MODIFIED', '50'), event('MODIFIED', '51'))],
    ['its bookmarks go back', streams(event('BOOKMARK', '50'))],
    ['it brings nothing until the server ends it', ends()],
  ])('begins anew where the server was restored to before its version: %s', async (_title, answer) => {
    server.script(listAt('500'), answer, listAt('50'), streams());
    // It must not be the stall that ends it.
    watch(24_000_000);
    await eventually('it is there again', () => versions().length === 2);
    expect(versions()).toEqual(['500', '50']);
    expect(hints).toBeGreaterThan(1);
  });

  it('goes on from its version after a watch that brought nothing, where the server has come as far', async () => {
    server.script(listAt('99'), ends(), listAt('100'), ends(event('ADDED', '101')), streams());
    watch();
    await eventually('it is there again', () => versions().length === 3);
    expect(versions()).toEqual(['99', '99', '101']);
    // At the beginning, and for the change.
    expect(hints).toBe(2);
  });

  it('gives up on a watch that shows no sign of life, and begins anew', async () => {
    server.script(listAt('5'), streams(), listAt('6'), streams(event('ADDED', '7')));
    watch(1_000);
    await eventually('it is there again', () => versions().length === 2);
    expect(versions()).toEqual(['5', '6']);
  });

  it('takes a line apart that comes in pieces', async () => {
    let open: ServerResponse | undefined;
    const line = event('MODIFIED', '8');
    server.script(listAt('5'), (response) => {
      open = response;
      response.writeHead(200).write(line.slice(0, 10));
    });
    watch();
    const response = await eventually('it watches', () => open);
    expect(hints).toBe(1);
    response.write(line.slice(10));
    await eventually('the change was told', () => hints === 2);
  });

  it('does not turn into a hot loop where the server ends each watch at once', async () => {
    const sleeps: number[] = [];
    server.script((response, asked) => {
      (asked.path.includes('watch=true') ? ends() : listAt('5'))(response, asked);
    });
    watching = watchResource({
      transport,
      namespace: 'n',
      resource: configMaps,
      random: () => 1,
      onHint: () => {},
      clock: {
        ...systemClock,
        sleep: (ms, signal) => {
          if (ms < 100_000) sleeps.push(ms);
          return systemClock.sleep(ms < 100_000 ? 0 : ms, signal);
        },
      },
    });
    await eventually('it has tried ten times', () => versions().length >= 10);
    expect(sleeps.filter((ms) => ms >= 1_000).slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
  });

  it('says what it has told, and from which version on, only while it is open', async () => {
    let open: ServerResponse | undefined;
    server.script(listAt('5'), (response, asked) => {
      open = response;
      streams(event('MODIFIED', '8'), event('BOOKMARK', '9'))(response, asked);
    });
    watch();
    expect(watching?.told()).toBeUndefined();
    await eventually('the change was told', () => watching?.told() === 2);
    expect(watching?.version()).toBe('8');
    open?.end();
    await eventually('it is not open any more', () => watching?.told() === undefined);
  });

  it('does not say so after a silence in which the server would have sent something', async () => {
    let now = 0;
    server.script(listAt('5'), streams());
    watch(240_000, { ...hasty, monotonic: () => now });
    await eventually('it is open', () => watching?.told() === 1);
    now = 90_000;
    expect(watching?.told()).toBe(1);
    now += 1;
    expect(watching?.told()).toBeUndefined();
  });
});
