/**
 * The gateway's job as a team writes it in a week, from what npm has: fastify, jose, avsc, @noble/ciphers. Nothing is
 * left out that the gateway does for an accepted event, and nothing is done twice: contract and schema are compiled
 * once, keys of sessions are held in a map, and the log acknowledges at once.
 * usage: node fastify-noble.ts <folder of the run>
 */
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aessiv } from '@noble/ciphers/aes.js';
import avro from 'avsc';
import fastify from 'fastify';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const [folder = ''] = process.argv.slice(2);
const { authUrl, installationId, contract, clientStreams } = JSON.parse(
  readFileSync(join(folder, 'world.json'), 'utf8'),
) as World;

/** What the run's folder says of the installation (apps/event-gateway/bench/world.ts). */
interface World {
  readonly authUrl: string;
  readonly installationId: string;
  readonly contract: {
    readonly ref: string;
    readonly schema: { readonly definition: string };
    readonly schemaId: number;
    readonly keyField: string;
    readonly fields: readonly { readonly fieldName: string; readonly isPii: boolean }[];
    readonly validations: readonly { readonly field: string; readonly regex: string }[];
  };
  readonly clientStreams: readonly {
    readonly clientId: string;
    readonly stream: { readonly uuid: string; readonly topic: string };
  }[];
}

interface Event {
  readonly [field: string]: unknown;
  readonly strmMeta: Readonly<Record<string, unknown>>;
}

const type = avro.Type.forSchema(JSON.parse(contract.schema.definition) as avro.Schema);
const validations = contract.validations.map(({ field, regex }) => ({ field, regex: new RegExp(regex) }));
const personal = contract.fields.filter(({ isPii }) => isPii).map(({ fieldName }) => fieldName);
const streams = new Map(clientStreams.map(({ clientId, stream }) => [clientId, stream]));
const jwks = createRemoteJWKSet(new URL(`${authUrl}/auth/realms/streams/protocol/openid-connect/certs`));
const dayMs = 86_400_000;
const sessions = new Map<string, { keyLink: string; key: Uint8Array; keyId: number; rotatesAt: number }>();
const noData = new Uint8Array(0);
let events = 0;

async function append(_records: readonly { topic: string; key: string; value: Buffer }[]): Promise<void> {
  events += 1;
}

function keyOf(stream: string, session: string) {
  const known = sessions.get(`${stream}/${session}`);
  if (known !== undefined && known.rotatesAt > Date.now()) return known;
  const fresh = {
    keyLink: randomUUID(),
    key: randomBytes(64),
    keyId: randomInt(1, 2 ** 32),
    rotatesAt: Date.now() + dayMs,
  };
  sessions.set(`${stream}/${session}`, fresh);
  return fresh;
}

/** As Tink writes it: version, id of the key, AES-SIV with one empty associated-data component; in base64. */
function encrypt(key: Uint8Array, keyId: number, text: string): string {
  const prefix = Buffer.alloc(5, 1);
  prefix.writeUInt32BE(keyId, 1);
  return Buffer.concat([prefix, aessiv(key, noData).encrypt(Buffer.from(text))]).toString('base64');
}

const server = fastify();
server.removeAllContentTypeParsers();
server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
  done(null, body);
});
server.post<{ Body: Buffer }>('/event', async (request, reply) => {
  const token = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
  const { payload } = await jwtVerify(token, jwks, {
    issuer: `${authUrl}/auth/realms/streams`,
    audience: 'ccd-data-plane',
  });
  const stream = streams.get(String(payload['clientId']));
  if (payload['installationId'] !== installationId || stream === undefined) return reply.code(403).send();
  if (request.headers['strm-schema-ref'] !== contract.ref) return reply.code(400).send('unknown contract');
  const event = (
    request.headers['strm-serialization-type'] === 'application/json'
      ? JSON.parse(request.body.toString())
      : type.fromBuffer(request.body)
  ) as Event;
  if (event.strmMeta['eventContractRef'] !== contract.ref) return reply.code(400).send('unknown contract');
  for (const { field, regex } of validations) {
    const value = event[field];
    if (typeof value === 'string' && !regex.test(value)) return reply.code(400).send(`${field} is not valid`);
  }
  const { key, keyId, keyLink } = keyOf(stream.uuid, String(event[contract.keyField]));
  const encrypted: Record<string, unknown> = {
    ...event,
    strmMeta: { ...event.strmMeta, nonce: randomInt(-(2 ** 31), 2 ** 31), timestamp: Date.now(), keyLink },
  };
  for (const field of personal) {
    const value = event[field];
    if (typeof value === 'string') encrypted[field] = encrypt(key, keyId, value);
  }
  const header = Buffer.alloc(5);
  header.writeInt32BE(contract.schemaId, 1);
  const value = Buffer.concat([header, type.toBuffer(encrypted)]);
  await append([{ topic: stream.topic, key: keyLink, value }]);
  return reply.code(204).send();
});
const url = await server.listen({ host: '127.0.0.1', port: 0 });

/** What the benchmark asks of every server under load. */
function tell(): void {
  const { user, system } = process.cpuUsage();
  process.send?.({
    port: Number(new URL(url).port),
    cpuMicros: user + system,
    events,
    rssBytes: process.memoryUsage.rss(),
  });
}
process.on('message', tell);
process.on('disconnect', () => {
  process.exit(0);
});
tell();
