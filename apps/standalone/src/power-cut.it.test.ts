import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { connectCluster } from '@ccd/cluster';
import { createJsonFile, keyTopicOf, openKeyStore } from '@ccd/dataplane';
import { connectEventLog, embeddedLogOptions } from '@ccd/eventlog';
import { createLocalKeyWrapper } from '@ccd/keystore';
import { systemClock } from '@ccd/reconcile';
import { createFolderStore } from '@ccd/storage';
import { createRandom, describeWithNeeds, powerCutNeed, scaled, scratchDir, summarise } from '@ccd/testkit';
import { afterEach, beforeAll, expect, it } from '@jest/globals';
import { z } from 'zod';
import { prepareCli } from './prepare-cli.ts';
import { strm } from './strm.ts';
import { buildApps } from './testing/processes/build-apps.ts';
import type { BuiltApps } from './testing/processes/build-apps.ts';
import { createManagedProcess, killUnstopped } from './testing/processes/managed-process.ts';
import { checkPromises, cutPower } from './testing/faults/power-cuts.ts';
import type { Life } from './testing/faults/power-cuts.ts';
import { readBootstrap } from './testing/processes/read-bootstrap.ts';
import { openLogFile } from './testing/faults/read-log.ts';
import { grpcPort, ownAddress } from './testing/rig.ts';

const cuts = scaled(20);

describeWithNeeds(powerCutNeed(), `${cuts} power cuts`, () => {
  const scratch = scratchDir();
  const random = createRandom();
  let apps: BuiltApps;
  beforeAll(async () => {
    apps = await buildApps(join(scratch, 'dist'), ['control-plane', 'standalone']);
  });

  const open: (() => Promise<unknown>)[] = [];
  const closeAll = () => Promise.allSettled(open.splice(0).map((close) => close()));
  // Whatever a test that failed left.
  afterEach(async () => {
    await killUnstopped();
    await closeAll();
  });

  function expectNoLoss(store: string, { promises, problems }: Awaited<ReturnType<typeof cutPower>>): void {
    const counts = { asked: promises.asked.size, promised: promises.kept.size, problems: problems.length };
    summarise(`power cuts, ${store}`, { seed: random.seed, cuts, ...counts });
    expect(promises.kept.size).toBeGreaterThanOrEqual(cuts);
    expect(problems.slice(0, 10)).toStrictEqual([]);
  }

  it('lose no record, transaction or key that the engine promised', async () => {
    const socket = join(scratch, 'engine', 's');
    const secrets = {
      lookupSecret: randomBytes(32),
      wrapper: createLocalKeyWrapper({ primary: { id: 'first', key: randomBytes(32) } }),
    };
    const topics = { events: 'events', derived: 'derived', keys: keyTopicOf('some-stream') };

    async function startEngine(folder: string) {
      const engine = createManagedProcess({
        name: 'engine',
        program: apps.engine,
        nodeArguments: [],
        environment: { ENGINE_DATA_DIR: join(folder, 'engine'), EVENTLOG_SOCKET: socket },
        onLine: () => {},
      });
      await engine.start();
      return engine;
    }

    async function start(folder: string): Promise<Life> {
      const engine = await startEngine(folder);
      const options = { engine: 'embedded', socketPath: socket, deadlineMs: 2_000 };
      const log = await connectEventLog(embeddedLogOptions.parse(options), { clock: systemClock });
      open.push(() => log.close());
      for (const name of Object.values(topics)) {
        if (await log.admin.describeTopic(name)) continue;
        await log.admin.createTopic({ name, partitions: 3, config: { cleanup: 'delete' } });
      }
      const keys = await openKeyStore(log, { index: { engine: 'embedded' }, secrets, clock: systemClock });
      open.unshift(() => keys.close());
      const producer = await log.createProducer();
      const transactional = await log.createTransactionalProducer('power');
      const record = (topic: string, name: string) => ({ topic, key: null, value: Buffer.from(name) });
      const append = async (name: string) => {
        await producer.append([record(topics.events, name)]);
      };
      let offset = 0;
      const commit = async (name: string) => {
        const offsets = [{ topic: topics.events, partition: 0, offset: (offset += 1) }];
        await transactional.commit({ records: [record(topics.derived, name)], group: 'group', offsets });
      };
      const makeKey = async (name: string) => {
        const times = { createdAt: 0, rotatesAt: Number.MAX_SAFE_INTEGER, expiresAt: 0 };
        const key = { keyLink: name, keyset: '{}', policyId: '', ...times };
        await keys.currentKey({ streamId: 'some-stream', keyFieldValue: name }, () => key);
      };
      return {
        writers: [append, append, append, commit, makeKey, makeKey],
        async end() {
          await engine.stop('SIGKILL');
          await closeAll();
        },
      };
    }

    const outcome = await cutPower({
      parent: scratch,
      megabytes: 256,
      cuts,
      random,
      start,
      async check(folder, promises) {
        const engine = await startEngine(folder);
        const log = openLogFile(join(folder, 'engine'));
        const records = (topic: string) => log.topic(topic).partitions.flat();
        const values = [topics.events, topics.derived].flatMap((topic) =>
          records(topic).map(({ value }) => Buffer.from(value).toString()),
        );
        const journal = records(topics.keys).map(({ key }) => key);
        const index = log.tableKeys('session-keys');
        log.close();
        await engine.stop('SIGKILL');
        return [
          ...checkPromises(promises, [...values, ...journal]),
          ...journal
            .filter((name) => promises.kept.has(name) && !index.has(`link/${name}`))
            .map((name) => `key ${name} was promised and is not in the index`),
        ];
      },
    });
    expectNoLoss('event log and keys', outcome);
  }, 600_000);

  it('lose no change that the control plane confirmed', async () => {
    const host = ownAddress();
    const cli = {
      folder: join(scratch, 'strm'),
      clock: systemClock,
      signal: new AbortController().signal,
    };
    const authPort = 8_080;
    const lines: string[] = [];
    const run = (...argv: string[]) => strm(argv, cli);

    async function startControlPlane(folder: string) {
      const controlPlane = createManagedProcess({
        name: 'control-plane',
        program: apps.controlPlane,
        nodeArguments: [],
        environment: {
          HOST: host,
          GRPC_PORT: `${grpcPort}`,
          AUTH_PORT: `${authPort}`,
          DATA_DIR: join(folder, 'control-plane'),
          LOG_FORMAT: 'json',
        },
        onLine: (line) => lines.push(line),
      });
      await controlPlane.start();
      return controlPlane;
    }

    const outcome = await cutPower({
      parent: join(scratch, 'strm-disk'),
      megabytes: 512,
      cuts,
      random,
      async start(folder) {
        const controlPlane = await startControlPlane(folder);
        const urls = { authUrl: `http://${host}:${authPort}`, eventsUrl: '', webSocketUrl: '' };
        await prepareCli(
          cli.folder,
          host,
          { credentials: readBootstrap(lines), grpcPort, ...urls },
          systemClock,
        );
        const create = async (name: string) => {
          await run('create', 'stream', name);
        };
        return { writers: [create, create], end: () => controlPlane.stop('SIGKILL') };
      },
      async check(folder, promises) {
        const controlPlane = await startControlPlane(folder);
        const listed = (await run('list', 'streams', '-o', 'plain')).split('\n').map((line) => line.trim());
        await controlPlane.stop('SIGKILL');
        return checkPromises(
          promises,
          listed.filter((name) => name !== ''),
        );
      },
    });
    expectNoLoss('control plane', outcome);
  }, 900_000);

  it('lose no document that was saved', async () => {
    const schema = z.object({ names: z.array(z.string()) });
    const document = (folder: string) => createJsonFile(join(folder, 'documents', 'one.json'), schema);

    // Alone on its disk: whatever else is synced there would make its name durable too.
    const outcome = await cutPower({
      parent: join(scratch, 'document-disk'),
      megabytes: 64,
      cuts,
      random,
      async start(folder) {
        const names = (await document(folder).load())?.names ?? [];
        const save = async (name: string) => {
          await document(folder).save({ names: [...names, name] });
          names.push(name);
        };
        return { writers: [save], end: async () => {} };
      },
      check: async (folder, promises) =>
        checkPromises(promises, (await document(folder).load())?.names ?? []),
    });
    expectNoLoss('documents', outcome);
  }, 600_000);

  it('lose no object and no secret that was stored, and leave none half written', async () => {
    const bytesOf = (name: string) => createHash('shake256', { outputLength: 50_000 }).update(name).digest();
    const store = (folder: string) => createFolderStore({ root: join(folder, 'exports'), bucket: 'bucket' });
    const cluster = (folder: string) =>
      connectCluster({ engine: 'local', dataDir: join(folder, 'cluster'), programs: {} });

    const outcome = await cutPower({
      parent: join(scratch, 'files-disk'),
      megabytes: 512,
      cuts,
      random,
      async start(folder) {
        const [objects, secrets] = [store(folder), await cluster(folder)];
        return {
          writers: [
            async (name) => {
              await objects.put(`prefix/${name}`, bytesOf(name), { ifAbsent: true });
            },
            async (name) => {
              await secrets.createSecret({ name, labels: {}, data: { content: bytesOf(name) }, hash: name });
            },
          ],
          end: () => secrets.close(),
        };
      },
      async check(folder, promises) {
        const objects = store(folder);
        const broken: string[] = [];
        const found: string[] = [];
        for await (const { key } of objects.list('prefix/')) {
          const name = key.slice('prefix/'.length);
          const chunks: Uint8Array[] = [];
          for await (const chunk of await objects.get(key)) chunks.push(chunk);
          if (!Buffer.concat(chunks).equals(bytesOf(name))) broken.push(`object ${name} is not whole`);
          found.push(name);
        }
        const secrets = await cluster(folder);
        found.push(...(await secrets.listSecrets({})).map(({ name }) => name));
        await secrets.close();
        return [...broken, ...checkPromises(promises, found)];
      },
    });
    expectNoLoss('objects and secrets', outcome);
  }, 600_000);
});
