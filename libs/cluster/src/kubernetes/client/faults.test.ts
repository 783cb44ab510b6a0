import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '@ccd/reconcile';
import { eventually } from '@ccd/testkit';
import type { Clock } from '@ccd/reconcile';
import { cut, hang, json, reset, startStandIn } from '../../testing/kubernetes/stand-in.ts';
import type { Answer, StandIn } from '../../testing/kubernetes/stand-in.ts';
import { createApiClient } from './api-client.ts';
import { ApiError, NoAnswerError } from './api-error.ts';
import { createTransport } from './transport.ts';
import type { Transport } from './transport.ts';
import { WriteGateClosedError } from './write-gate.ts';

let server: StandIn;
let transport: Transport;
/** How long the client wanted to wait, without waiting. */
let pauses: number[];
const clock: Clock = {
  ...systemClock,
  // Time limits are real, pauses between attempts are not.
  sleep: (ms, signal) => {
    if (signal !== undefined) return systemClock.sleep(ms, signal);
    pauses.push(ms);
    return Promise.resolve();
  },
};

beforeEach(async () => {
  pauses = [];
  server = await startStandIn();
  transport = createTransport(server.connection, clock);
});
afterEach(async () => {
  transport.close();
  await server.stop();
});

const clientOf = (mayWrite = () => true, deadlineMs = 60_000) =>
  createApiClient({ transport, clock, mayWrite, deadlineMs, random: () => 1 });
const get = { method: 'GET', path: '/api/v1/x', timeoutMs: 200 } as const;
const failing = (code: number, headers = {}): Answer => json({ kind: 'Status', code }, code, headers);

describe(createApiClient, () => {
  it.each<[string, readonly Answer[], readonly number[]]>([
    ['a reset', [reset], [100]],
    ['an answer that is cut off', [cut], [100]],
    ['a server that hangs', [hang], [100]],
    ['garbage', [(response) => void response.end('<html>')], [100]],
    ['errors of the server', [failing(500), failing(503), failing(504)], [100, 200, 400]],
    ['too many requests, for as long as it says', [failing(429, { 'retry-after': '7' })], [7_000]],
  ])('comes through %s', async (_title, faults, expected) => {
    server.script(...faults, json({ fine: true }));
    await expect(clientOf().ask(get)).resolves.toEqual({ fine: true });
    expect(pauses).toEqual(expected);
  });

  it('lets go of everything when the connection is closed, also between two attempts', async () => {
    const closing = new AbortController();
    const api = createApiClient({
      transport,
      clock: systemClock,
      mayWrite: () => true,
      deadlineMs: 60_000,
      closing: closing.signal,
      random: () => 1,
    });
    server.script(failing(429, { 'retry-after': '50' }), hang);
    const waiting = api.ask(get);
    const open = api.ask({ ...get, timeoutMs: 50_000 });
    await eventually('both are asked', () => server.asked.length === 2);
    closing.abort(new Error('closed'));
    await expect(Promise.all([waiting, open].map((each) => each.catch(String)))).resolves.toEqual([
      'Error: closed',
      'Error: closed',
    ]);
    await expect(api.ask(get)).rejects.toThrow('closed');
    expect(server.asked).toHaveLength(2);
  });

  it.each([400, 403, 404, 409, 422])('does not repeat what was refused with %i', async (code) => {
    server.script(failing(code));
    await expect(clientOf().ask(get)).rejects.toMatchObject({ code });
    expect(server.asked).toHaveLength(1);
  });

  const create = { ...get, method: 'POST', body: '{}' } as const;
  it.each<[string, Answer]>([
    ['a reset', reset],
    ['an answer that is cut off', cut],
    ['a server that hangs', hang],
    ['an error of the server', failing(500)],
  ])('does not repeat a creation that may have been carried out: %s', async (_title, fault) => {
    server.script(fault, json({}));
    await expect(clientOf().ask(create)).rejects.toThrow();
    expect([server.asked.length, pauses]).toEqual([1, []]);
  });

  it('repeats a creation that was not begun', async () => {
    server.script(failing(401), failing(429, { 'retry-after': '1' }), json({ fine: true }));
    await expect(clientOf().ask(create)).resolves.toEqual({ fine: true });
  });

  it('ends at its deadline, also where the server asks for more', async () => {
    server.script(failing(429, { 'retry-after': '61' }));
    await expect(clientOf().ask(get)).rejects.toBeInstanceOf(ApiError);
    expect(server.asked).toHaveLength(1);
  });

  it('asks with a new token once', async () => {
    server.script(failing(401), json({}));
    await clientOf().ask(get);
    server.script(failing(401), failing(401));
    await expect(clientOf().ask(get)).rejects.toMatchObject({ code: 401 });
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
      'Bearer token-2',
      'Bearer token-3',
    ]);
  });

  it('writes only while it may, asked before each attempt', async () => {
    let held = true;
    server.script((response, asked) => {
      held = false;
      failing(503)(response, asked);
    });
    const write = { method: 'PUT', path: '/x', body: '{}' } as const;
    await expect(clientOf(() => held).ask(write)).rejects.toBeInstanceOf(WriteGateClosedError);
    await expect(clientOf(() => held).ask(write)).rejects.toBeInstanceOf(WriteGateClosedError);
    expect(server.asked).toHaveLength(1);
    server.script(json({}));
    await expect(clientOf(() => held).ask(get)).resolves.toEqual({});
  });
});

describe(createTransport, () => {
  it('says how long it waited in vain', async () => {
    server.script(hang);
    await expect(transport.ask(get)).rejects.toThrow(NoAnswerError);
    await expect(transport.ask(get)).rejects.toThrow('no answer within 200 ms');
  });

  it('ends with the signal of whoever asked', async () => {
    server.script(hang);
    const stopping = new AbortController();
    const asked = transport.ask({ ...get, signal: stopping.signal });
    stopping.abort(new Error('stopping'));
    await expect(asked).rejects.toThrow('stopping');
  });

  it("tells the server's time as it last heard of it, and its own before", async () => {
    const own = createTransport(server.connection, { ...clock, now: () => 5, monotonic: () => 1_000 });
    server.script(
      (response) => void response.setHeader('date', 'not a date').end('{}'),
      json({}, 404, { date: 'Thu, 01 Jan 2026 01:00:00 GMT' }),
    );
    await own.ask(get);
    expect(own.now()).toBe(5);
    await expect(own.ask(get)).rejects.toMatchObject({ code: 404 });
    expect(new Date(own.now()).toISOString()).toBe('2026-01-01T01:00:00.000Z');
    own.close();
  });

  it('sends below the path of the server, with what it is', async () => {
    await transport.ask({
      method: 'PATCH',
      path: '/a?b=c',
      body: 'é',
      contentType: 'text/x',
      accept: 'text/y',
    });
    expect(server.asked).toMatchObject([
      {
        path: '/prefix/a?b=c',
        body: 'é',
        headers: { 'content-type': 'text/x', 'content-length': '2', accept: 'text/y' },
      },
    ]);
  });
});

it('asks whether it may write when it can be sent, and not before a connection stands', async () => {
  let held = true;
  const slowToLetIn = createTransport(
    {
      ...server.connection,
      async access(afterRefusal) {
        held = false;
        return server.connection.access(afterRefusal);
      },
    },
    clock,
  );
  const write = { method: 'POST', path: '/x', body: '{}', mayBegin: () => held } as const;
  await expect(slowToLetIn.ask(write)).rejects.toBeInstanceOf(WriteGateClosedError);
  expect(server.asked).toEqual([]);
  slowToLetIn.close();
});
