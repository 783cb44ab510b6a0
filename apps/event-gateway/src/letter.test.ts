import type { ContractDefinition } from '@ccd/contracts';
import type { ClientStream } from '@ccd/controlplane';
import { createFakeClock } from '@ccd/reconcile/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { definition, sampleEvent } from './testing/events.ts';
import { exchange } from './testing/exchange.ts';
import type { Answer, HttpVersion, SentRequest } from './testing/exchange.ts';
import type { GatewayRig } from './testing/gateway-rig.ts';
import { startGatewayRig } from './testing/gateway-rig.ts';
import { visitDefinition, visitEvent } from './testing/json-schema-contract.ts';
import { createTokenIssuer } from './testing/token-issuer.ts';
import type { TokenIssuer } from './testing/token-issuer.ts';

/** The requests and the exact answers of the public behaviour, 3.1 to 3.4, each by both versions of HTTP. */
const versions: readonly HttpVersion[] = ['1.1', '2'];

let rig: GatewayRig;
let issuer: TokenIssuer;
let token = '';
let before: Pick<GatewayRig['world'], 'append' | 'sender'>;

beforeAll(async () => {
  const clock = createFakeClock();
  issuer = await createTokenIssuer(clock);
  rig = await startGatewayRig({ tokens: issuer.tokens, maxEventBytes: 4_000 });
  before = { ...rig.world };
  token = await issuer.sign();
});
afterAll(() => rig.stop());
beforeEach(() => {
  Object.assign(rig.world, before, { controlPlaneAway: false });
  rig.world.contracts.clear();
  rig.world.contracts.set(definition.ref, definition).set(visitDefinition.ref, visitDefinition);
});

type Change = Partial<Omit<SentRequest, 'headers'>> & { readonly headers?: Record<string, string> };

const json = (value: unknown) => Buffer.from(JSON.stringify(value));

function ask(version: HttpVersion, change: Change = {}): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, 'strm-schema-ref': definition.ref, ...change.headers };
  const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== 'absent'));
  return exchange(rig.port, version, { body: json(sampleEvent()), ...change, headers: given });
}

const tagged = JSON.stringify({
  strmMeta: {
    eventContractRef: definition.ref,
    nonce: null,
    timestamp: { long: 5 },
    keyLink: null,
    billingId: null,
    consentLevels: [1],
  },
  uniqueIdentifier: { string: 'unique-5' },
  consistentValue: 'session-1',
  someSensitiveValue: null,
  notSensitiveValue: { string: 'open' },
});
const plain = JSON.stringify({ ...sampleEvent(), someSensitiveValue: undefined });
const avro = 'application/x-avro-binary';
const octets = { 'content-type': 'application/octet-stream' };

describe.each(versions)('an event that arrives by HTTP/%s', (version) => {
  const binary = () => rig.schema.encode(rig.schema.fromJsonText(tagged));

  it.each<[string, Record<string, string>, () => Buffer]>([
    ['the Java driver', { ...octets, 'strm-driver-version': 'development' }, binary],
    ['the Node driver', { ...octets, 'strm-serialization-type': avro }, binary],
    [
      'the Python driver, Avro',
      { ...octets, 'strm-serialization-type': avro, 'strm-driver-version': '1', 'strm-driver-build': '2' },
      binary,
    ],
    [
      'the Python driver, JSON with tags',
      { ...octets, 'strm-serialization-type': 'application/json', 'strm-driver-version': '1' },
      () => Buffer.from(tagged),
    ],
    ['the PHP driver, Avro', { 'content-type': avro, 'strm-serialization-type': avro }, binary],
    [
      'the PHP driver, JSON',
      { 'content-type': 'application/json', 'strm-serialization-type': 'application/json' },
      () => Buffer.from(plain),
    ],
    ['the Rust driver and the simulator of the command line', {}, binary],
    ['httpie', { 'content-type': 'application/json' }, () => Buffer.from(plain)],
    ['curl', { 'content-type': 'application/x-www-form-urlencoded' }, () => Buffer.from(plain)],
    ['nobody that is known, JSON with tags', {}, () => Buffer.from(tagged)],
    ['nobody that is known, after white space', {}, () => Buffer.from(` \r\n\t${plain}\n`)],
    ['somebody who sends Avro as JSON', { 'content-type': 'application/json' }, binary],
    ['somebody with a content type that is none', { 'content-type': ';;' }, () => Buffer.from(plain)],
    ['somebody with a serialization that is none', { 'strm-serialization-type': 'x' }, binary],
    ['somebody with an empty serialization', { 'strm-serialization-type': '' }, binary],
    [
      'somebody who adds a parameter to it',
      { 'strm-serialization-type': 'Application/JSON; charset=utf-8' },
      () => Buffer.from(plain),
    ],
    ['somebody who says that it is not compressed', { 'content-encoding': 'identity' }, binary],
  ])('from %s is answered 204 without a body, and stored', async (_client, headers, body) => {
    const stored = await rig.stored();
    const answer = await ask(version, { headers, body: body() });
    expect([answer.status, answer.body]).toEqual([204, '']);
    expect(Object.keys(answer.headers)).not.toContain('content-type');
    const [last, ...others] = (await rig.stored()).slice(stored.length);
    expect(others).toEqual([]);
    expect(rig.schema.decode(last?.value?.subarray(5) ?? Buffer.alloc(0))).toMatchObject({
      strmMeta: { eventContractRef: definition.ref, nonce: 42, billingId: null, consentLevels: [1] },
      someSensitiveValue: null,
      notSensitiveValue: 'open',
    });
  });

  it('is found at its path whatever query follows it', async () => {
    expect((await ask(version, { path: '/event?a=b' })).status).toBe(204);
  });

  it.each<[string, Partial<ContractDefinition>]>([
    ['of the reference itself', {}],
    ['of another reference with the same schema', { ref: 'strmprivacy/demo/1.0.2' }],
  ])('is validated by the contract that it names: one %s', async (_case, change) => {
    const contract = { ...definition, ...change };
    rig.world.contracts.set(contract.ref, contract);
    const strmMeta = { eventContractRef: definition.ref, consentLevels: [] };
    const headers = { 'strm-schema-ref': contract.ref };
    expect((await ask(version, { headers, body: json(sampleEvent({ strmMeta })) })).status).toBe(204);
  });

  it('is JSON where the schema is a JSON Schema, and stands on the log as JSON', async () => {
    const headers = { 'strm-schema-ref': visitDefinition.ref };
    const before = (await rig.stored()).length;
    const answer = await ask(version, { headers, body: json(visitEvent()) });
    expect([answer.status, answer.body]).toEqual([204, '']);
    const value = (await rig.stored())[before]?.value ?? Buffer.alloc(0);
    expect(value.readInt32BE(1)).toBe(visitDefinition.schemaId);
    expect(JSON.parse(value.toString('utf8', 5))).toEqual({
      ...visitEvent(),
      session: expect.stringMatching(/^A[Q-Za-f]/) as unknown,
      strmMeta: {
        ...visitEvent().strmMeta,
        nonce: 42,
        timestamp: rig.clock.now(),
        keyLink: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
      },
    });
  });
});

const text = 'text/plain; charset=utf-8';

describe.each(versions)('a request that is refused by HTTP/%s', (version) => {
  const meta = (eventContractRef: unknown) =>
    json(sampleEvent({ strmMeta: { eventContractRef, consentLevels: [] } }));

  it.each<[string, Change, number, string]>([
    [
      'a value that its contract does not allow',
      { body: json(sampleEvent({ consistentValue: '' })) },
      400,
      "Field: 'consistentValue' in event with schema: 'strmprivacy/example/1.3.0' with value: '' doesn't match regex: '^.+$'",
    ],
    [
      'no schema reference',
      { headers: { 'strm-schema-ref': 'absent' } },
      400,
      'The header Strm-Schema-Ref is missing: <handle>/<name>/<version>',
    ],
    [
      'an empty one',
      { headers: { 'strm-schema-ref': '' } },
      400,
      'The header Strm-Schema-Ref is missing: <handle>/<name>/<version>',
    ],
    [
      'an unknown one',
      { headers: { 'strm-schema-ref': 'a/b/1.0.0' } },
      400,
      "Data contract 'a/b/1.0.0' is not known",
    ],
    [
      'one that is none',
      { headers: { 'strm-schema-ref': '../etc' } },
      400,
      "Data contract '../etc' is not known",
    ],
    [
      'one without end',
      { headers: { 'strm-schema-ref': 'x'.repeat(400) } },
      400,
      `Data contract '${'x'.repeat(300)}…' is not known`,
    ],
    [
      'an unknown contract in the event',
      { body: meta('a/b/1.0.0') },
      400,
      "Data contract 'a/b/1.0.0' is not known",
    ],
    [
      'a contract of another schema',
      { body: meta(visitDefinition.ref) },
      400,
      "Data contract 'acme/visit/1.0.0' has another schema than 'strmprivacy/example/1.3.0'",
    ],
    [
      'no contract in the event',
      { body: json(sampleEvent({ strmMeta: { consentLevels: [] } })) },
      400,
      "Field 'strmMeta/eventContractRef' is missing; it must be string",
    ],
    [
      'an empty body',
      { body: Buffer.alloc(0) },
      400,
      "Field 'strmMeta/eventContractRef' ends before its value does",
    ],
    [
      'an empty body as JSON',
      { body: Buffer.alloc(0), headers: { 'strm-serialization-type': 'application/json' } },
      400,
      'The event is not JSON',
    ],
    ['half an event', { body: Buffer.from(plain.slice(0, -1)) }, 400, 'The event is not JSON'],
    [
      'JSON said to be Avro',
      { body: Buffer.from(plain), headers: { 'strm-serialization-type': avro } },
      400,
      "Field 'strmMeta/eventContractRef' has a length that is none",
    ],
    [
      'text that is no UTF-8',
      { body: Buffer.from('{"a":"\xff"}', 'latin1') },
      400,
      'The event is not valid UTF-8',
    ],
    [
      'a list',
      { body: Buffer.from('[]'), headers: { 'strm-serialization-type': 'application/json' } },
      400,
      'The event must be record io.strmprivacy.schemas.demo.v1.DemoEvent',
    ],
    [
      'a field that the schema lacks',
      { body: json(sampleEvent({ more: 1 })) },
      400,
      "Field 'more' is not in the schema",
    ],
    [
      'a field of another type',
      { body: json(sampleEvent({ consistentValue: 7 })) },
      400,
      "Field 'consistentValue' must be string",
    ],
    [
      'Avro for a JSON Schema',
      {
        body: json(visitEvent()),
        headers: { 'strm-schema-ref': visitDefinition.ref, 'strm-serialization-type': avro },
      },
      400,
      'The event must be JSON: its schema is a JSON Schema',
    ],
    [
      'what a JSON Schema does not allow',
      { body: json(visitEvent({ page: 'x' })), headers: { 'strm-schema-ref': visitDefinition.ref } },
      400,
      'Field \'page\' must match pattern "^/"',
    ],
    [
      'a regex of its contract that fails beside its JSON Schema',
      { body: json(visitEvent({ session: 'x' })), headers: { 'strm-schema-ref': visitDefinition.ref } },
      400,
      "Field: 'session' in event with schema: 'acme/visit/1.0.0' with value: 'x' doesn't match regex: '^s'",
    ],
    [
      'compression',
      { headers: { 'content-encoding': 'gzip' } },
      415,
      'Content-Encoding is not accepted: an event is sent as it is',
    ],
    ['a body that is too large', { body: Buffer.alloc(4_001) }, 413, 'The event is larger than 4000 bytes'],
    ['no token', { headers: { authorization: 'absent' } }, 401, 'Jwt is missing'],
    ['an empty token', { headers: { authorization: '' } }, 401, 'Jwt is missing'],
    ['another scheme', { headers: { authorization: 'Basic YTpi' } }, 401, 'Jwt is missing'],
    ['a token that is none', { headers: { authorization: 'Bearer a.b' } }, 401, 'Jwt is missing'],
    ['a token of garbage', { headers: { authorization: 'Bearer a.b.c' } }, 401, 'Jwt verification fails'],
  ])('for %s', async (_case, change, status, body) => {
    const stored = (await rig.stored()).length;
    const answer = await ask(version, change);
    expect([answer.status, answer.body, answer.headers['content-type']]).toEqual([status, body, text]);
    expect(await rig.stored()).toHaveLength(stored);
  });

  it.each<[string, () => Promise<string> | string, string]>([
    ['that has expired', () => issuer.sign({ exp: 1 }), 'Jwt is expired'],
    ['without an expiry', () => issuer.sign({ exp: undefined }), 'Jwt verification fails'],
    ['for another audience', () => issuer.sign({ aud: 'account' }), 'Jwt verification fails'],
    [
      'of another realm',
      () => issuer.sign({ iss: 'https://accounts.example/auth/realms/users' }),
      'Jwt verification fails',
    ],
    [
      'of another installation',
      () => issuer.sign({ installationId: 'there' }),
      'Jwt is for another installation',
    ],
    ['that is not valid yet', () => issuer.sign({ nbf: 99_999_999_999 }), 'Jwt verification fails'],
    ['that is forged', () => issuer.forge(), 'Jwt verification fails'],
    ['that is not signed', () => `${issuer.unsigned()}c2ln`, 'Jwt verification fails'],
    ['signed with the public key as a secret', () => issuer.confused(), 'Jwt verification fails'],
  ])('for a token %s', async (_case, make, body) => {
    const answer = await ask(version, { headers: { authorization: `Bearer ${await make()}` } });
    expect([answer.status, answer.body]).toEqual([401, body]);
  });

  it('for a token without a client id, in the words that clients know', async () => {
    const without = await issuer.sign({ clientId: undefined });
    const answer = await ask(version, { headers: { authorization: `Bearer ${without}` } });
    expect([answer.status, answer.body, answer.headers['content-type']]).toEqual([
      401,
      '{"error": "Client ID is missing in the provided JWT"}',
      'application/json',
    ]);
  });

  it.each<[string, Partial<ContractDefinition>, Change, string]>([
    ...(['DRAFT', 'IN_REVIEW', 'APPROVED', 'ARCHIVED', 'INCOMPLETE'] as const).map(
      (state): [string, Partial<ContractDefinition>, Change, string] => [
        `a contract that is ${state}`,
        { state },
        {},
        `Data contract 'strmprivacy/example/1.3.0' is ${state}; only ACTIVE contracts accept events`,
      ],
    ),
    [
      'an empty key field where no regex asks for one',
      { validations: [] },
      { body: json(sampleEvent({ consistentValue: '' })) },
      "Key field 'consistentValue' is empty",
    ],
    [
      'a key field that is null',
      { keyField: 'uniqueIdentifier' },
      { body: json(sampleEvent({ uniqueIdentifier: null })) },
      "Key field 'uniqueIdentifier' is empty",
    ],
    [
      'a contract that does not fit its schema',
      { keyField: 'none' },
      {},
      "Data contract 'strmprivacy/example/1.3.0' cannot be used",
    ],
  ])('for %s', async (_case, contract, change, body) => {
    rig.world.contracts.set(definition.ref, { ...definition, ...contract });
    const answer = await ask(version, change);
    expect([answer.status, answer.body]).toEqual([400, body]);
  });

  it.each<[string, Partial<ClientStream['stream']>, string]>([
    ['is disabled', { enabled: false }, "Stream 'demo' is disabled"],
    ['is derived', { kind: 'derived' }, "Stream 'demo' is derived: events go to its source"],
  ])('for a stream that %s', async (_case, change, body) => {
    const stream = { ...rig.world.sender.stream, ...change } as ClientStream['stream'];
    rig.world.sender = { ...rig.world.sender, stream };
    const answer = await ask(version);
    expect([answer.status, answer.body]).toEqual([403, body]);
  });

  it('for a client of no stream', async () => {
    const other = await issuer.sign({ clientId: 'stream-other' });
    const answer = await ask(version, { headers: { authorization: `Bearer ${other}` } });
    expect([answer.status, answer.body]).toEqual([403, 'No stream of this installation has this client id']);
  });

  it('while the control plane has to be asked and is away', async () => {
    rig.world.controlPlaneAway = true;
    const answer = await ask(version);
    expect([answer.status, answer.body, answer.headers['retry-after']]).toEqual([
      503,
      'The control plane does not answer; try again',
      '1',
    ]);
  });
});

describe.each(versions)('any other path or method by HTTP/%s', (version) => {
  it.each([
    ['GET', '/event'],
    ['HEAD', '/event'],
    ['PUT', '/event'],
    ['DELETE', '/event'],
    ['PATCH', '/event'],
    ['OPTIONS', '/event'],
    ['OPTIONS', '*'],
    ['POST', '/'],
    ['POST', '/events'],
    ['POST', '/event/'],
    ['POST', '/Event'],
    ['POST', '/%65vent'],
    ['POST', '/event/../event'],
    ['POST', '/%zz'],
    ['POST', '/ready'],
    ['HEAD', '/ready'],
    ['GET', '/'],
    ['GET', '/favicon.ico'],
  ])('is answered 404 with nothing: %s %s', async (method, path) => {
    const answer = await ask(version, { method, path, body: Buffer.alloc(0) });
    expect([answer.status, answer.body]).toEqual([404, '']);
  });

  it.each([
    ['/is-alive', 200],
    ['/ready', 200],
    ['/metrics', 200],
    ['/ready?x', 200],
  ])('but for what tells its health: %s', async (path, status) => {
    expect((await ask(version, { method: 'GET', path, body: Buffer.alloc(0) })).status).toBe(status);
  });
});
