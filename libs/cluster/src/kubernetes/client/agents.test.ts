import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createFakeClock } from '@ccd/reconcile/testing';
import { eventually } from '@ccd/testkit';
import { json, startStandIn } from '../../testing/kubernetes/stand-in.ts';
import type { StandIn } from '../../testing/kubernetes/stand-in.ts';
import { longestDrainMs } from './agents.ts';
import { createTransport } from './transport.ts';
import type { Transport } from './transport.ts';

const clock = createFakeClock();
let server: StandIn;
let transport: Transport;
let ca: string;
/** Of the requests that came, in their order. */
let open: { readonly response: ServerResponse; readonly socket: Socket }[];
beforeEach(async () => {
  ca = 'one';
  open = [];
  server = await startStandIn();
  server.script((response, { path }) => {
    if (response.socket) open.push({ response, socket: response.socket });
    if (path.endsWith('/at-once'))
      json({ fine: true })(response, { path, method: '', headers: {}, body: '' });
  });
  const access = async () => Promise.resolve({ headers: {}, tls: { ca } });
  transport = createTransport({ ...server.connection, access }, clock);
});
afterEach(async () => {
  transport.close();
  await server.stop();
});

const ask = async (path: string) => transport.ask({ method: 'GET', path, timeoutMs: 3_600_000 });
const opened = async (count: number) => {
  await eventually(`${count} requests have come`, () => open.length === count);
  const last = open.at(-1);
  if (!last) throw new Error('no request has come');
  return last;
};
const closed = (socket: Socket) => eventually('the connection is closed', () => socket.destroyed);

it('lets a request end under the certificates that it began with, and begins others under new ones', async () => {
  const slow = ask('/slow');
  const { response, socket } = await opened(1);
  ca = 'two';
  expect(await ask('/at-once')).toEqual({ fine: true });
  expect(await ask('/at-once')).toEqual({ fine: true });
  const [, second, third] = open.map((each) => each.socket);
  expect(second).not.toBe(socket);
  expect(third).toBe(second);
  response.end('{"late":true}');
  expect(await slow).toEqual({ late: true });
  await closed(socket);
  expect(third?.destroyed).toBe(false);
});

it('closes a connection that nobody uses as soon as the certificates have changed', async () => {
  await ask('/at-once');
  const { socket } = await opened(1);
  ca = 'two';
  await ask('/at-once');
  expect(await closed(socket)).toBe(true);
});

it('cuts off what still runs under the old ones when that has had its time', async () => {
  const chunks: string[] = [];
  const streaming = transport.stream(
    { method: 'GET', path: '/stream' },
    () => {},
    (chunk) => {
      chunks.push(chunk.toString('utf8'));
    },
  );
  const { response } = await opened(1);
  response.write('a');
  await eventually('it has begun', () => chunks.length === 1);
  ca = 'two';
  await ask('/at-once');
  await clock.advance(longestDrainMs - 1);
  response.write('b');
  await eventually('it goes on', () => chunks.length === 2);
  await clock.advance(1);
  await streaming;
  // The new ones are not meant.
  await ask('/at-once');
  expect(open[2]?.socket).toBe(open[1]?.socket);
});

it('closes old connections with the others', async () => {
  const slow = ask('/slow').catch(String);
  const { socket } = await opened(1);
  ca = 'two';
  await ask('/at-once');
  transport.close();
  await closed(socket);
  expect(await slow).toMatch('cannot be reached');
});
