import { Agent, request } from 'node:http';
import { LogUnavailableError } from '@ccd/eventlog';
import { eventually, scaled } from '@ccd/testkit';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { definition, sampleEvent } from './testing/events.ts';
import { sendRaw } from './testing/exchange.ts';
import type { GatewayRig, GatewayRigOptions } from './testing/gateway-rig.ts';
import { startGatewayRig } from './testing/gateway-rig.ts';

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
let rig: GatewayRig | undefined;
let hang = Promise.withResolvers<never>();
let held = 0;

afterEach(async () => {
  hang.reject(new LogUnavailableError('given up'));
  await rig?.stop();
  rig = undefined;
});
afterAll(() => {
  agent.destroy();
});

/** A gateway whose log never answers. */
async function startHanging(options: GatewayRigOptions): Promise<GatewayRig> {
  hang = Promise.withResolvers<never>();
  hang.promise.catch(() => {});
  held = 0;
  const started = await startGatewayRig({ maxEventBytes: 100_000, ...options });
  started.world.append = (records) => {
    held += records.length;
    return hang.promise;
  };
  rig = started;
  return started;
}

const bodyOf = (bytes: number): string =>
  JSON.stringify(sampleEvent({ notSensitiveValue: 'x'.repeat(bytes) }));

function send(
  { port }: GatewayRig,
  body: string,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: 'Bearer stream-demo', 'strm-schema-ref': definition.ref };
    const sent = request({ port, host: '127.0.0.1', path: '/event', method: 'POST', agent, headers });
    sent.on('error', reject).on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text });
      });
    });
    sent.end(body);
  });
}

const overloaded = { status: 503, text: 'The gateway is at its limit; try again' };

describe('a gateway whose log does not answer', () => {
  it('holds as many requests as it may, and answers all others at once', async () => {
    const gateway = await startHanging({ maxInFlight: 20, deadlineMs: 5_000 });
    const waiting = Array.from({ length: 20 }, () => send(gateway, bodyOf(10)));
    await eventually('all hands are full', () => held === 20);
    const refused = await Promise.all(Array.from({ length: 200 }, () => send(gateway, bodyOf(10))));
    expect(new Set(refused.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set([JSON.stringify(overloaded)]),
    );
    expect(held).toBe(20);

    await gateway.clock.advance(5_300);
    const late = { status: 503, text: 'The event was not stored in time; try again' };
    await expect(Promise.all(waiting)).resolves.toEqual(Array.from({ length: 20 }, () => late));
    // The log still has them, so there is still no room.
    await expect(send(gateway, bodyOf(10))).resolves.toEqual(overloaded);
    hang.reject(new LogUnavailableError('it is back'));
    gateway.world.append = async () => [];
    await eventually('there is room again', async () => (await send(gateway, bodyOf(10))).status === 204);
  });

  it('holds no more bytes than it may', async () => {
    const gateway = await startHanging({ maxInFlight: 1_000, maxBytesInFlight: 200_000 });
    const waiting = [
      send(gateway, bodyOf(60_000)),
      send(gateway, bodyOf(60_000)),
      send(gateway, bodyOf(60_000)),
    ];
    await eventually('three are held', () => held === 3);
    await expect(send(gateway, bodyOf(60_000))).resolves.toEqual(overloaded);
    const small = send(gateway, bodyOf(100));
    await eventually('a small one has room', () => held === 4);
    hang.reject(new LogUnavailableError('gone'));
    for (const answer of await Promise.all([...waiting, small])) expect(answer.status).toBe(503);
    gateway.world.append = async () => [];
    await expect(send(gateway, bodyOf(60_000))).resolves.toMatchObject({ status: 204 });
  });

  it('grows no more the longer that lasts', async () => {
    const gateway = await startHanging({ maxInFlight: 50, maxBytesInFlight: 10_000_000 });
    const body = bodyOf(40_000);
    const waiting = Array.from({ length: 50 }, () => send(gateway, body));
    await eventually('all hands are full', () => held === 50);
    let left = scaled(10_000);
    const flood = async (): Promise<void> => {
      for (; left > 0; left -= 1) {
        const text = await sendRaw(gateway.port, head(body) + body);
        if (!text.startsWith('HTTP/1.1 503 ')) throw new Error(text.slice(0, 100));
      }
    };
    const before = process.memoryUsage().rss;
    await Promise.all(Array.from({ length: 16 }, flood));
    // What was sent meanwhile is 40 MB here, and 400 MB in the full run.
    expect(process.memoryUsage().rss - before).toBeLessThan(rssBoundBytes);
    expect(held).toBe(50);
    hang.reject(new LogUnavailableError('gone'));
    for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(503);
  }, 300_000);
});

const rssBoundBytes = 150_000_000;

const head = (body: string): string =>
  [
    'POST /event HTTP/1.1',
    'host: a',
    'connection: close',
    'authorization: Bearer stream-demo',
    `strm-schema-ref: ${definition.ref}`,
    `content-length: ${body.length}`,
    '',
    '',
  ].join('\r\n');
