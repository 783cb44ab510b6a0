import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import type { OutgoingHttpHeaders } from 'node:http2';
import { publicContracts, readMeta } from '@ccd/contracts';
import type { ClientStream } from '@ccd/controlplane';
import { LogUnavailableError } from '@ccd/eventlog';
import { createFieldCiphers } from '@ccd/privacy';
import { afterEach, describe, expect, it } from '@jest/globals';
import { definition, sampleEvent as event } from './testing/events.ts';
import type { GatewayRig, GatewayRigOptions } from './testing/gateway-rig.ts';
import { startGatewayRig } from './testing/gateway-rig.ts';

const hourMs = 3_600_000;

let rig: GatewayRig | undefined;
afterEach(async () => {
  await rig?.stop();
  rig = undefined;
});

async function setUp(options: GatewayRigOptions = {}): Promise<GatewayRig> {
  rig = await startGatewayRig(options);
  return rig;
}

describe('POST /event', () => {
  it('answers 204 with nothing once the event is stored, its personal fields encrypted', async () => {
    const { send, decoded, stored, keys, clock } = await setUp();
    const answer = await send(JSON.stringify(event()));
    expect([answer.status, answer.body]).toEqual([204, '']);

    const [record] = await stored();
    const [saved] = await decoded();
    const keyLink = saved === undefined ? null : readMeta(saved).keyLink;
    expect(record?.key?.toString()).toBe(keyLink);
    expect(saved).toMatchObject({
      strmMeta: { nonce: 42, timestamp: clock.now(), billingId: null, consentLevels: [1] },
      someSensitiveValue: null,
      notSensitiveValue: 'open',
    });
    const lookup = (await keys.lookUp('1', [keyLink ?? ''])).get(keyLink ?? '');
    const cipher = lookup?.state === 'found' ? createFieldCiphers().prepare(lookup.key.keyset) : undefined;
    expect(cipher?.decrypt(String(saved?.['uniqueIdentifier']))).toBe('unique-5');
    expect(cipher?.decrypt(String(saved?.['consistentValue']))).toBe('session-1');
  });

  it('counts an event of a stream that was accepted, and no other', async () => {
    const { send, world } = await setUp();
    await send(JSON.stringify(event()), { 'strm-schema-ref': '' });
    expect(world.counted).toStrictEqual([]);
    await send(JSON.stringify(event()));
    expect(world.counted).toStrictEqual(['1']);
  });

  it('takes Avro binary over h2c with prior knowledge, as the Node driver sends it', async () => {
    const { schema, url, stored } = await setUp();
    const session = connectHttp2(url);
    const stream = session.request({
      ':method': 'POST',
      ':path': '/event',
      authorization: 'Bearer stream-demo',
      'strm-schema-ref': definition.ref,
      'strm-serialization-type': 'application/x-avro-binary',
      'content-type': 'application/octet-stream',
    });
    stream.end(schema.encode(schema.fromJsonText(JSON.stringify(event()))));
    const [headers] = (await once(stream, 'response')) as [OutgoingHttpHeaders];
    stream.resume();
    await once(stream, 'end');
    session.close();
    expect(headers[':status']).toBe(204);
    expect(await stored()).toHaveLength(1);
  });

  it.each([
    ['no token', { authorization: '' }, 401],
    ['a token of no client', { authorization: 'Bearer no-client' }, 401],
    ['a client of no stream', { authorization: 'Bearer other' }, 403],
    ['no schema reference', { 'strm-schema-ref': '' }, 400],
    ['an unknown schema', { 'strm-schema-ref': 'a/unknown/1.0.0' }, 400],
  ])('stores nothing for %s', async (_case, headers, status) => {
    const { send, stored } = await setUp();
    expect((await send(JSON.stringify(event()), headers)).status).toBe(status);
    expect(await stored()).toEqual([]);
  });

  it('answers a token without a client id in the words that clients know', async () => {
    const { send } = await setUp();
    const answer = await send('{}', { authorization: 'Bearer no-client' });
    expect(answer.body).toBe('{"error": "Client ID is missing in the provided JWT"}');
  });

  it('quotes field, contract, value and regex of a failed validation', async () => {
    const { send, world, text } = await setUp();
    const strict = { ...definition, validations: [{ field: 'consistentValue', regex: '^x' }] };
    world.contracts.set(definition.ref, strict);
    const answer = await send(JSON.stringify(event()));
    expect([answer.status, answer.body]).toEqual([
      400,
      "Field: 'consistentValue' in event with schema: 'strmprivacy/example/1.3.0' with value: 'session-1' doesn't match regex: '^x'",
    ]);
    expect(text()).not.toContain('session-1');
  });

  it.each([
    ['half an event', '{"strmMeta":', 'The event is not JSON'],
    ['an empty body', '', "Field 'strmMeta/eventContractRef' ends before its value does"],
    ['an empty key field', JSON.stringify(event({ consistentValue: '' })), "doesn't match regex: '^.+$'"],
    [
      'an unknown contract',
      JSON.stringify(event({ strmMeta: { eventContractRef: 'a/b/1.0.0', consentLevels: [] } })),
      "Data contract 'a/b/1.0.0' is not known",
    ],
  ])('answers 400 to %s and says why', async (_case, body, message) => {
    const { send, stored } = await setUp();
    const answer = await send(body);
    expect(answer.status).toBe(400);
    expect(answer.body).toContain(message);
    expect(await stored()).toEqual([]);
  });

  it('refuses an empty key field also where no regex asks for one', async () => {
    const { send, world } = await setUp();
    world.contracts.set(definition.ref, { ...definition, validations: [] });
    expect((await send(JSON.stringify(event({ consistentValue: '' })))).body).toBe(
      "Key field 'consistentValue' is empty",
    );
  });

  it.each(['DRAFT', 'ARCHIVED'] as const)('refuses events of a contract that is %s', async (state) => {
    const { send, world } = await setUp();
    world.contracts.set(definition.ref, { ...definition, state });
    expect((await send(JSON.stringify(event()))).body).toContain(
      `is ${state}; only ACTIVE contracts accept events`,
    );
  });

  it('takes an event whose contract differs from the schema reference, if both have one schema', async () => {
    const { send, world } = await setUp();
    const ref = 'strmprivacy/same/1.0.0';
    world.contracts.set(ref, { ...definition, ref });
    const [other] = publicContracts.slice(2);
    if (other === undefined) throw new Error('there are three contracts');
    world.contracts.set('strmprivacy/other/1.0.0', { ...other, ref: 'strmprivacy/other/1.0.0', schemaId: 9 });
    const meta = (eventContractRef: string) => ({ strmMeta: { eventContractRef, consentLevels: [] } });
    expect((await send(JSON.stringify(event(meta(ref))))).status).toBe(204);
    const answer = await send(JSON.stringify(event(meta('strmprivacy/other/1.0.0'))));
    expect(answer).toMatchObject({ status: 400, body: expect.stringContaining('has another schema than') });
  });

  it.each([
    ['a derived stream', { kind: 'derived', source: 'demo', consent: { type: 'GRANULAR', levels: [1] } }],
    ['a disabled stream', { enabled: false }],
  ])('does not let %s be written to', async (_case, changes) => {
    const { send, world } = await setUp();
    world.sender = {
      ...world.sender,
      stream: { ...world.sender.stream, ...changes } as ClientStream['stream'],
    };
    expect((await send(JSON.stringify(event()))).status).toBe(403);
  });

  it('keeps one key for a session for 24 hours, and no longer', async () => {
    const { send, decoded, clock } = await setUp();
    await send(JSON.stringify(event()));
    await clock.advance(23 * hourMs);
    await send(JSON.stringify(event()));
    await clock.advance(2 * hourMs);
    await send(JSON.stringify(event()));
    const links = (await decoded()).map((each) => readMeta(each).keyLink);
    expect(links[1]).toBe(links[0]);
    expect(links[2]).not.toBe(links[0]);
  });

  it('has the key in the key topic before the event is in the stream', async () => {
    const { send, world, stored } = await setUp();
    let keysAtAppend = -1;
    const { append } = world;
    world.append = async (records) => {
      keysAtAppend = (await stored('keys-1')).length;
      return append(records);
    };
    await send(JSON.stringify(event()));
    expect(keysAtAppend).toBe(1);
  });

  it.each([
    ['the log does not answer', new LogUnavailableError('down')],
    ['anything else fails', new Error('unforeseen')],
  ])('answers 503 with Retry-After when %s, and stays up', async (_case, error) => {
    const { send, world } = await setUp();
    const { append } = world;
    world.append = async () => {
      throw error;
    };
    const answer = await send(JSON.stringify(event()));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(answer.body).not.toContain(error.message);
    world.append = append;
    expect((await send(JSON.stringify(event()))).status).toBe(204);
  });

  it('answers 503 when a contract cannot be asked for', async () => {
    const { send, world } = await setUp();
    world.controlPlaneAway = true;
    expect((await send(JSON.stringify(event()))).status).toBe(503);
  });

  it('answers 503 beyond its limit of requests at a time, and serves again afterwards', async () => {
    const { send, world } = await setUp({ maxInFlight: 1 });
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const reached = Promise.withResolvers<undefined>();
    const { append } = world;
    world.append = async (records) => {
      reached.resolve(undefined);
      await promise;
      return append(records);
    };
    const first = send(JSON.stringify(event()));
    await reached.promise;
    expect((await send(JSON.stringify(event()))).status).toBe(503);
    resolve(undefined);
    expect((await first).status).toBe(204);
    expect((await send(JSON.stringify(event()))).status).toBe(204);
  });

  it('answers 413 to a body beyond the limit', async () => {
    const { send, stored } = await setUp({ maxEventBytes: 100 });
    expect((await send(JSON.stringify(event()))).status).toBe(413);
    expect(await stored()).toEqual([]);
  });

  it.each([
    ['GET', '/event'],
    ['POST', '/events'],
    ['POST', '/event/'],
    ['GET', '/'],
  ])('answers 404 to %s %s', async (method, path) => {
    const { url } = await setUp();
    expect((await fetch(url + path, { method })).status).toBe(404);
  });

  it('tells its health, and counts what it answered', async () => {
    const { url, send } = await setUp();
    await send(JSON.stringify(event()));
    expect((await fetch(`${url}/is-alive`)).status).toBe(200);
    expect((await fetch(`${url}/ready`)).status).toBe(200);
    expect(await (await fetch(`${url}/metrics`)).text()).toContain(
      'strm_gateway_events_total{status="204",reason="Accepted"} 1',
    );
  });
});
