import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { eventually, findSecrets, needlesFor, scratchDir } from '@ccd/testkit';
import type { Needle } from '@ccd/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createExporter, createFolderConnector, credentialsOf } from './testing/entities.ts';
import { allowedFiles } from './testing/canaries/allowed-files.ts';
import { lastWordsOfGateway } from './testing/canaries/crashed-gateway.ts';
import { lastWordsOfBrokenWorkers } from './testing/canaries/broken-workers.ts';
import { createCanaries, keyMaterial, ownSecrets } from './testing/canaries/planted.ts';
import { readKeys } from './testing/oracle.ts';
import { processTree } from './testing/process-tree.ts';
import { readExports, startRig } from './testing/rig.ts';
import type { Rig } from './testing/rig.ts';
import { exampleContract, fetchToken, postEvent } from './testing/send-events.ts';
import type { ExampleEvent } from './testing/send-events.ts';

const canaries = createCanaries();
const event = (consentLevels: readonly number[], identifier: string): ExampleEvent => ({
  strmMeta: { eventContractRef: exampleContract, consentLevels },
  uniqueIdentifier: canaries.of(identifier),
  consistentValue: canaries.of('session'),
  someSensitiveValue: canaries.of('sensitive'),
  notSensitiveValue: canaries.of('public'),
});

describe('personal values, keys and credentials, over the life of a system', () => {
  const [dataDir, inputs] = [scratchDir(), scratchDir()];
  const said = new Map<string, string>();
  let needles: readonly Needle[] = [];
  let rig: Rig;

  beforeAll(async () => {
    rig = await startRig(dataDir, { logLevel: 'trace' });
    const client = await prepare();
    const token = await fetchToken({ ...rig.system, ...client });
    needles = [
      ...needlesFor('canary', canaries.mark),
      ...needlesFor('secret of a stream', client.clientSecret),
      ...needlesFor('token', token.split('.')[2] ?? ''),
      ...(await ownSecrets(dataDir)),
    ];
    await sendEvents(token);
    await askWrongly(client.clientId);
    await killWorkers();
    const keysets = await eventually(
      'the exports',
      async () => {
        const found = await Promise.all(
          ['one', 'masked', 'source', 'keys'].map((name) => readExports(rig.exportsFolder, `bucket/${name}`)),
        );
        const keys = found[3]?.flatMap((csv) => [...readKeys(csv).values()]) ?? [];
        return keys.length > 0 && found.every((files) => files.length > 0) ? keys : undefined;
      },
      120_000,
      300,
    );
    needles = [...needles, ...keysets.flatMap(keyMaterial)];
    said.set('broken workers', await lastWordsOfBrokenWorkers(inputs, canaries));
    said.set(
      'crashed gateway',
      await lastWordsOfGateway(
        { dataDir, folder: inputs, rig, token, event: event([1], 'opened') },
        canaries,
      ),
    );
    said.set('monitoring', await rig.strm('monitor', 'all', '-o', 'json'));
    said.set(
      'reported logs',
      await eventually(
        'the log of an exporter that fails',
        async () => / batch-exporter: [^]+/.exec(await rig.strm('logs', 'batch-exporter', 'refused'))?.[0],
        30_000,
        300,
      ),
    );
    said.set('metrics', await readMetrics());
    said.set('log', rig.log());
  }, 480_000);
  afterAll(() => rig.stop(), 60_000);

  async function prepare(): Promise<{ readonly clientId: string; readonly clientSecret: string }> {
    await rig.strm('create', 'stream', 'source');
    await rig.strm('create', 'stream', 'one', '--derived-from', 'source', '--purposes', '1');
    await rig.strm(
      ...['create', 'stream', 'masked', '--derived-from', 'source', '--purposes', '1'],
      ...['--masked-fields', `${exampleContract}:consistentValue`, '--mask-seed', canaries.of('seed')],
    );
    await createFolderConnector(rig.strm, inputs, 'files');
    for (const stream of ['source', 'one', 'masked']) await createExporter(rig.strm, 'files', stream);
    await createExporter(rig.strm, 'files', 'source', 'keys', '--export-keys');
    const file = join(inputs, 's3.json');
    const accessKey = { AccessKeyId: canaries.of('s3id'), SecretAccessKey: canaries.of('s3key') };
    await writeFile(file, JSON.stringify({ AccessKey: { UserName: 'u', Status: 'Active', ...accessKey } }));
    await rig.strm('create', 'data-connector', 's3', 'refused', 'bucket', '--credentials-file', file);
    await createExporter(rig.strm, 'refused', 'source', 'refused');
    return credentialsOf(rig.strm, 'source');
  }

  /** Good ones, and each way in which one can be bad. */
  async function sendEvents(token: string): Promise<void> {
    const { eventsUrl } = rig.system;
    const accepted = async () => (await postEvent(eventsUrl, token, event([1], 'opened'))) === 204;
    await eventually('the first 204', accepted, 60_000, 100);
    expect(await postEvent(eventsUrl, token, event([], 'closed'))).toBe(204);
    const { of } = canaries;
    const good = event([1], 'bad');
    const elsewhere = { ...good.strmMeta, eventContractRef: `${of('handle')}/x/1.0.0` };
    const forged = [of('token'), of('token'), of('token')].join('.');
    const bad: readonly (readonly [string | Buffer, Readonly<Record<string, string>>])[] = [
      [`{"uniqueIdentifier": ${of('json')}`, {}],
      [JSON.stringify({ ...good, someSensitiveValue: [of('type')] }), {}],
      [JSON.stringify({ ...good, consistentValue: '' }), {}],
      [JSON.stringify({ ...good, strmMeta: elsewhere }), {}],
      [JSON.stringify(good), { 'strm-schema-ref': `strmprivacy/${of('ref')}/1.0.0` }],
      [JSON.stringify(good), { authorization: `Bearer ${forged}` }],
      [JSON.stringify(good), { authorization: of('authorization') }],
      [gzipSync(JSON.stringify(good)), { 'content-encoding': 'gzip' }],
      [of('avro'), { 'strm-serialization-type': 'application/x-avro-binary' }],
      ['x'.repeat(1_100_000) + of('big'), {}],
    ];
    const common = {
      authorization: `Bearer ${token}`,
      'strm-schema-ref': exampleContract,
      'strm-serialization-type': 'application/json',
      'content-type': 'application/json',
    };
    for (const [body, headers] of bad) {
      const url = `${eventsUrl}?q=${of('query')}`;
      const response = await fetch(url, { method: 'POST', body, headers: { ...common, ...headers } });
      await response.arrayBuffer();
      expect(response.status).toBeGreaterThanOrEqual(400);
    }
  }

  /** What the CLI and the token endpoint answer to somebody who asks for the wrong thing, or wrongly. */
  async function askWrongly(clientId: string): Promise<void> {
    const answers: string[] = [];
    const broken = join(inputs, 'broken.json');
    await writeFile(broken, `{"AccessKey": ${canaries.of('file')}`);
    for (const argv of [
      ['create', 'data-connector', 's3', 'broken', 'bucket', '--credentials-file', broken],
      ['create', 'stream', 'source'],
      ['get', 'stream', canaries.of('name')],
    ]) {
      const answer = await rig.strm(...argv).catch((error: unknown) => String(error));
      // Who asks for a name may read that name again.
      if (!argv.includes(canaries.of('name'))) answers.push(answer);
    }
    const { authUrl } = rig.system;
    const response = await fetch(`${authUrl}/auth/realms/streams/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: canaries.of('wrong'),
      }),
    });
    expect(response.status).toBe(401);
    answers.push(await response.text());
    said.set('answers', answers.join('\n'));
  }

  /** The processes that the agents run, all of them at once; they come back by themselves. */
  async function killWorkers(): Promise<void> {
    const engine = (await processTree(process.pid)).slice(1);
    for (const pid of engine) {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      if (/decrypter|batch-exporter/.test(command)) process.kill(pid, 'SIGKILL');
    }
    expect(engine.length).toBeGreaterThan(2);
  }

  async function readMetrics(): Promise<string> {
    const served = [...rig.log().matchAll(/"url":"(http:\/\/[^"]+)"/g)].map(([, url = '']) => url);
    const pages = await Promise.all(
      [...new Set([rig.system.gatewayUrl, ...served])].map(async (url) =>
        // A port of a worker that was killed answers nobody.
        fetch(`${url}/metrics`).then(
          (response) => response.text(),
          () => '',
        ),
      ),
    );
    const text = pages.join('\n');
    expect(text).toContain('ccd_reconcile');
    expect(text).toContain('strm_gateway_events_total');
    return text;
  }

  it.each(['log', 'reported logs', 'broken workers', 'crashed gateway', 'metrics', 'monitoring', 'answers'])(
    'are not in: %s',
    (where) => {
      const text = said.get(where) ?? '';
      expect(text.length).toBeGreaterThan(20);
      expect(findSecrets(Buffer.from(text), needles)).toEqual([]);
      expect(canaries.kindsIn(Buffer.from(text))).toEqual([]);
    },
  );

  it('are on disk where they have to be, for their owner alone, and nowhere else', async () => {
    const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
    const leaks: string[] = [];
    const seen = new Set<string>();
    for (const entry of entries.filter((each) => each.isFile())) {
      const path = join(entry.parentPath, entry.name);
      const bytes = await readFile(path).catch(() => Buffer.alloc(0));
      const found = new Set(findSecrets(bytes, needles).map((each) => each.replace(/ \(.*/, '')));
      if (found.size === 0) continue;
      const holds = [...found, ...canaries.kindsIn(bytes).map((kind) => `canary ${kind}`)];
      const name = relative(dataDir, path);
      const allowed = allowedFiles.find(({ path: pattern }) => pattern.test(name));
      if (allowed !== undefined) seen.add(allowed.because);
      const beyond = holds.filter((each) => each !== 'canary' && allowed?.holds.includes(each) !== true);
      const unmarked = found.has('canary') && !holds.some((each) => each.startsWith('canary '));
      if (beyond.length > 0 || unmarked) leaks.push(`${name}: ${beyond.join(', ') || 'an encoded canary'}`);
      const { mode } = await stat(path);
      if (allowed?.private === true && (mode & 0o077) !== 0) leaks.push(`${name}: others may read it`);
    }
    expect(leaks).toEqual([]);
    // An entry of the list that nothing uses any more would hide a leak of tomorrow.
    expect([...seen].toSorted()).toEqual(allowedFiles.map(({ because }) => because).toSorted());
  });
});
