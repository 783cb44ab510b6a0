import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import avro from 'avsc';
import { eventually, scratchDir } from '@ccd/testkit';
import { entities, streams } from '@ccd/protocol';
import { createRig } from '../testing/rig.ts';
import type { Rig } from '../testing/rig.ts';
import { refused, startHttp, tokenAnswer } from '../testing/token-server.ts';
import type { HttpRig } from '../testing/token-server.ts';

const scratch = scratchDir();
const tokenPath = '/auth/realms/streams/protocol/openid-connect/token';
const stored = { status: 204 };

describe('simulate random-events', () => {
  let rig: Rig;
  let http: HttpRig;
  let tokens = 0;

  beforeEach(async () => {
    rig = await createRig(scratch);
    tokens = 0;
    http = await startHttp(({ path }) =>
      path === tokenPath ? tokenAnswer(`token-${(tokens += 1)}`, 'refresh', 60) : stored,
    );
    rig.env['STRM_API_AUTH_URL'] = http.url;
    rig.env['STRM_TOKEN_FILE'] = rig.loginFile;
    rig.env['STRM_EVENTS_API_URL'] = `${http.url}/event`;
    rig.server.on(streams.StreamsServiceService.getStream, () => ({
      streamTree: entities.StreamTree.create({
        stream: { credentials: [{ clientId: 'stream-1', clientSecret: 'hush' }] },
      }),
    }));
  });
  afterEach(async () => {
    rig.server.close();
    await http.close();
  });

  const events = () => http.requests.filter(({ path }) => path === '/event');
  const simulate = (...argv: string[]) => rig.run('simulate', 'random-events', 'demo', ...argv);
  const untilSent = (count: number) => eventually(`${count} events`, () => events().length >= count);

  it('sends bare Avro of the example contract with a token of the stream, and stops when asked', async () => {
    const running = simulate();
    await untilSent(1);
    rig.stop.abort();
    expect(await running).toEqual({
      code: 0,
      err: '',
      out: `Sending events to ${http.url}/event; stop with Ctrl-C.\nSent 1 events\n`,
    });
    const [token, event] = http.requests;
    expect(token).toMatchObject({
      path: tokenPath,
      headers: { authorization: `Basic ${Buffer.from('stream-1:hush').toString('base64')}` },
      form: { grant_type: 'client_credentials', scope: 'offline_access' },
    });
    expect(event?.headers).toMatchObject({
      authorization: 'Bearer token-1',
      'strm-schema-ref': 'strmprivacy/example/1.5.0',
    });
    const optional = (type: string) => ['null', type];
    const reader = avro.Type.forSchema(
      {
        type: 'record',
        name: 'Event',
        fields: [
          {
            name: 'strmMeta',
            type: {
              type: 'record',
              name: 'Meta',
              fields: [
                { name: 'eventContractRef', type: 'string' },
                { name: 'nonce', type: optional('int') },
                { name: 'timestamp', type: optional('long') },
                { name: 'keyLink', type: optional('string') },
                { name: 'billingId', type: optional('string') },
                { name: 'consentLevels', type: { type: 'array', items: 'int' } },
              ],
            },
          },
          { name: 'uniqueIdentifier', type: optional('string') },
          { name: 'consistentValue', type: 'string' },
          { name: 'someSensitiveValue', type: optional('string') },
          { name: 'notSensitiveValue', type: optional('string') },
        ],
      },
      { wrapUnions: false },
    );
    expect(JSON.parse(JSON.stringify(reader.fromBuffer(event?.body ?? Buffer.alloc(0))))).toEqual({
      strmMeta: {
        eventContractRef: 'strmprivacy/example/1.5.0',
        nonce: null,
        timestamp: null,
        keyLink: null,
        billingId: null,
        consentLevels: [0, 1],
      },
      uniqueIdentifier: 'unique-50',
      consistentValue: 'session-500',
      someSensitiveValue: 'sensitive-50',
      notSensitiveValue: 'not-sensitive-50',
    });
  });

  it('keeps the interval, tells the total now and then, and makes no connection for each event', async () => {
    const running = simulate('--interval', '1000');
    await untilSent(1);
    const connections = http.connections();
    for (let sent = 1; sent <= 6; sent += 1) {
      await untilSent(sent);
      await eventually('the pause', () => rig.clock.sleepers() === 1);
      await rig.clock.advance(999);
      expect(events()).toHaveLength(sent);
      await rig.clock.advance(1);
    }
    await untilSent(7);
    rig.stop.abort();
    const { out } = await running;
    expect(out.split('\n').slice(1)).toEqual(['Sent 6 events', 'Sent 7 events', '']);
    expect(http.connections()).toBe(connections);
  });

  it('says nothing when asked to be quiet', async () => {
    const running = simulate(
      '--quiet',
      '--interval',
      '0',
      '--session-prefix',
      'visit',
      '--session-range',
      '2',
    );
    await untilSent(3);
    rig.stop.abort();
    expect(await running).toEqual({ code: 0, out: '', err: '' });
    expect(events()[0]?.body.toString('latin1')).toContain('visit-1');
  });

  it('ends at the first answer that is not 204, with what the gateway said', async () => {
    http.answer = ({ path }) =>
      path === tokenPath ? tokenAnswer('token') : { status: 400, body: "Field: 'url' is wrong" };
    expect(await simulate('--quiet')).toEqual({
      code: 1,
      out: '',
      err: `${http.url}/event answered 400: Field: 'url' is wrong\n`,
    });
    http.answer = ({ path }) => (path === tokenPath ? tokenAnswer('token') : { status: 200 });
    expect((await simulate('--quiet')).err).toBe(`${http.url}/event answered 200\n`);
  });

  it('renews the token before it ends, and gets another when one is not taken', async () => {
    const running = simulate('--quiet', '--interval', '50000');
    await untilSent(1);
    await eventually('the pause', () => rig.clock.sleepers() === 1);
    await rig.clock.advance(50_000);
    await untilSent(2);
    const renewal = http.requests.filter(({ path }) => path === tokenPath)[1];
    expect(renewal?.form).toMatchObject({ grant_type: 'refresh_token', refresh_token: 'refresh' });
    expect(events()[1]?.headers.authorization).toBe('Bearer token-2');
    http.answer = ({ path, headers }) => {
      if (path === tokenPath) return tokenAnswer('token-new');
      return headers.authorization === 'Bearer token-new' ? stored : { status: 401 };
    };
    await eventually('the pause', () => rig.clock.sleepers() === 1);
    await rig.clock.advance(49_000);
    await rig.clock.advance(1_000);
    await untilSent(3);
    rig.stop.abort();
    expect((await running).code).toBe(0);
  });

  it('explains what it cannot start with', async () => {
    expect((await simulate('--purposes', '0,a/1')).err).toBe(
      '--purposes has "a/1"; give levels like "",0,0/1\n',
    );
    expect((await simulate('--schema', 'acme/clicks/1.0.0')).err).toBe(
      '--schema is "acme/clicks/1.0.0"; give one of strmprivacy/example/1.5.0\n',
    );
    http.answer = () => refused;
    expect((await simulate()).err).toBe(
      `${http.url}${tokenPath} refused the credentials (401: no such client)\n`,
    );
    rig.server.on(streams.StreamsServiceService.getStream, () => ({ streamTree: undefined }));
    expect((await simulate()).err).toBe("The server shows no credentials of stream 'demo'.\n");
  });
});
