import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeEach, expect, it } from '@jest/globals';
import { connectEventLog, eventLogOptions } from '@ccd/eventlog';
import type { Producer } from '@ccd/eventlog';
import { entities, kafkaExporters } from '@ccd/protocol';
import { systemClock } from '@ccd/reconcile';
import { eventually, scratchDir } from '@ccd/testkit';
import {
  createTestCertificates,
  describeWithServers,
  startKafka,
  uniqueName,
  useServer,
} from '@ccd/testkit/servers';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createRig } from '../testing/rig.ts';
import type { Rig } from '../testing/rig.ts';
import { demoProject } from '../testing/scripted-server.ts';
import { startHttp } from '../testing/token-server.ts';
import type { HttpRig } from '../testing/token-server.ts';

const scratch = scratchDir();
const issuer = 'https://issuer.example';
const { getKafkaExporter } = kafkaExporters.KafkaExportersServiceService;

describeWithServers('kafka', 'listen kafka', () => {
  const trusted = getCACertificates('default');
  let token: string;
  const server = useServer(async () => {
    const certificates = await createTestCertificates();
    setDefaultCACertificates([...trusted, certificates.ca]);
    const keys = await generateKeyPair('RS256');
    const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
    token = await new SignJWT({ scope: 'all' })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setIssuer(issuer)
      .setAudience('kafka')
      .setSubject('export-1')
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(keys.privateKey);
    return startKafka({
      security: {
        tls: certificates,
        oauth: { jwks: JSON.stringify({ keys: [jwk] }), issuer, audience: 'kafka' },
      },
    });
  });
  afterAll(() => {
    setDefaultCACertificates(trusted);
  });

  let rig: Rig;
  let http: HttpRig;
  let topic: string;
  let producer: Producer;
  const closing: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    rig = await createRig(scratch, systemClock);
    http = await startHttp(() => ({
      status: 200,
      body: JSON.stringify({ access_token: token, expires_in: 3_600, token_type: 'Bearer' }),
    }));
    rig.env['STRM_API_AUTH_URL'] = http.url;
    rig.env['STRM_TOKEN_FILE'] = rig.loginFile;
    topic = uniqueName('export');
    const log = await connectEventLog(
      eventLogOptions.parse({ engine: 'kafka', bootstrapServers: server().brokers.join() }),
      { clock: systemClock },
    );
    await log.admin.createTopic({ name: topic, partitions: 1, config: { cleanup: 'delete' } });
    producer = await log.createProducer();
    closing.push(() => log.close());
    rig.server.on(getKafkaExporter, () => ({
      kafkaExporter: entities.KafkaExporter.create({
        ref: { name: 'shared-export-demo', projectId: demoProject.id },
        target: { clusterRef: { name: 'shared-export' }, topic },
        users: [{ clientId: 'export-1', clientSecret: 'hush' }],
      }),
    }));
  });
  afterEach(async () => {
    rig.stop.abort();
    rig.server.close();
    await http.close();
    for (const close of closing.splice(0)) await close();
  });

  const listen = (hosts: string, onOut: (text: string) => void = () => {}) =>
    rig.start(
      [
        ...['listen', 'kafka', 'shared-export-demo', '--group-id', 'me'],
        ...['--kafka-bootstrap-hosts', hosts],
      ],
      { onOut },
    );
  const append = (text: string) => producer.append([{ topic, key: null, value: Buffer.from(text) }]);

  it('prints the value of each record that comes, on a line of its own, until stopped', async () => {
    await append('{"old": 1}');
    let printed = '';
    const running = listen(server().secure.SASL_SSL.join(), (text) => {
      printed = text;
    });
    let sent = 0;
    // The first ones may come before the group has its place.
    await eventually(
      'a line',
      async () => {
        await append(`{"new": ${(sent += 1)}}`);
        return printed.includes('\n');
      },
      30_000,
      200,
    );
    rig.stop.abort();
    expect(await running).toMatchObject({ code: 0, err: '' });
    expect(printed).toMatch(/^(\{"new": \d+\}\n)+$/);
    const [first] = http.requests;
    expect(first?.headers.authorization).toBe(`Basic ${Buffer.from('export-1:hush').toString('base64')}`);
  });

  it('says which brokers cannot be listened to', async () => {
    const { code, err } = await listen('127.0.0.1:1');
    expect([code, err]).toStrictEqual([1, expect.stringContaining('127.0.0.1:1 cannot be listened to')]);
  });

  it('refuses brokers that are no addresses', async () => {
    const { code, err } = await listen('nowhere');
    expect([code, err]).toStrictEqual([1, expect.stringContaining('host:port pairs')]);
  });
});
