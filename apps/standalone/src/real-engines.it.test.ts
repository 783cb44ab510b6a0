import { chmodSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@ccd/reconcile';
import { eventually, personal, scratchDir } from '@ccd/testkit';
import { describeWithServers } from '@ccd/testkit/servers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { foldersOf } from './folders.ts';
import { strm } from './strm.ts';
import { createConnector, createExporter, credentialsOf } from './testing/entities.ts';
import type { Bucket } from './testing/entities.ts';
import { multiset } from './testing/oracle.ts';
import { killTree, processTree } from './testing/process-tree.ts';
import { ownAddress, readExports } from './testing/rig.ts';
import { exampleContract, fetchToken, postEvent } from './testing/send-events.ts';
import { hasEnded, spawnMain, untilStarted } from './testing/start-main.ts';
import type { StartedMain } from './testing/start-main.ts';

const port = 8080;
const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

let running: StartedMain | undefined;
afterEach(async () => {
  if (running !== undefined && !hasEnded(running)) await killTree(running.pid);
});
const scratch = scratchDir();
// PostgreSQL runs as a user of its own where the tests run as root.
chmodSync(scratch, 0o711);

function start(dataDir: string, host: string, environment: Readonly<Record<string, string>>): StartedMain {
  const where = ['--data', dataDir, '--host', host, '--port', `${port}`];
  running = spawnMain({ argv: ['--engines', 'real', '--no-demo', ...where], environment });
  return running;
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Processes below it whose command line says so. */
async function serversOf({ pid }: StartedMain, program: string): Promise<readonly number[]> {
  const found = await Promise.all(
    (await processTree(pid)).map(async (each) => {
      const commandLine = await readFile(`/proc/${each}/cmdline`, 'utf8').catch(() => '');
      return commandLine.includes(program) ? [each] : [];
    }),
  );
  return found.flat();
}

describeWithServers(['kafka', 'redis', 'postgres', 's3'], 'npm start -- --engines real', () => {
  const dataDir = join(scratch, 'data');
  const host = ownAddress();
  const run = (...argv: string[]) =>
    strm(argv, {
      folder: foldersOf(dataDir).strm,
      clock: systemClock,
      signal: new AbortController().signal,
    });

  async function startAndWait(): Promise<StartedMain> {
    const started = start(dataDir, host, { PATH: path, HOME: homedir() });
    await untilStarted(started);
    return started;
  }

  async function send(...ids: readonly string[]): Promise<void> {
    const urls = { authUrl: `http://${host}:${port + 1}`, eventsUrl: `http://${host}:${port}/event` };
    // The database may be away for a moment.
    const token = await eventually(
      'a token',
      async () => fetchToken({ ...urls, ...(await credentialsOf(run, 'source')) }),
      60_000,
      200,
    );
    for (const id of ids) {
      const event = {
        strmMeta: { eventContractRef: exampleContract, consentLevels: [1] },
        uniqueIdentifier: personal('somebody'),
        consistentValue: personal('session'),
        someSensitiveValue: personal('something'),
        notSensitiveValue: id,
      };
      const isTaken = async () => (await postEvent(urls.eventsUrl, token, event).catch(() => 0)) === 204;
      await eventually(`a 204 for ${id}`, isTaken, 60_000, 100);
    }
  }

  async function stop(main: StartedMain): Promise<void> {
    const pids = await processTree(main.pid);
    main.child.kill('SIGINT');
    await eventually('an ordered stop', () => hasEnded(main), 40_000);
    expect(main.child.exitCode).toBe(0);
    expect(pids.length).toBeGreaterThanOrEqual(8);
    await eventually('an end of all that it started', () => !pids.some(isAlive));
  }

  it('runs its own servers, stops them with it, and finds their data at the next start', async () => {
    const first = await startAndWait();
    expect(first.printed()).toMatch(/Kafka +127\.0\.0\.1:\d+/);
    const told = JSON.parse(await readFile(join(foldersOf(dataDir).servers, 'settings.json'), 'utf8')) as {
      readonly bucket: Bucket;
    };
    await run('create', 'stream', 'source');
    await run('create', 'stream', 'one', '--derived-from', 'source', '--purposes', '1');
    await createConnector(run, scratch, 'store', told.bucket);
    await createExporter(run, 'store', 'one');
    await send('before-1', 'before-2');
    // One server that ends by itself is started again, with the others.
    for (const pid of await serversOf(first, 'redis-server')) process.kill(pid, 'SIGKILL');
    await eventually(
      'an end of all servers',
      async () => (await serversOf(first, 'kafka.Kafka')).length === 0,
      30_000,
    );
    await send('before-3');
    await stop(first);

    const second = await startAndWait();
    await send('after-1', 'after-2');
    const expected = ['before-1', 'before-2', 'before-3', 'after-1', 'after-2'];
    // The folder of the S3 server, a file for an object.
    const objects = join(foldersOf(dataDir).servers, 's3', 'objects', told.bucket.name);
    const exported = async () =>
      (await readExports(objects, 'one'))
        .flatMap((text) => text.split('\n').filter((line) => line !== ''))
        .map((line) => (JSON.parse(line) as { notSensitiveValue: string }).notSensitiveValue);
    await eventually('all events', async () => (await exported()).length >= expected.length, 90_000, 500);
    expect(multiset(await exported())).toStrictEqual(multiset(expected));
    await stop(second);
  }, 480_000);
});

describe('npm start -- --engines real, where it cannot', () => {
  it('says which servers are missing and how to get them', async () => {
    const empty = { PATH: scratch, CCD_TEST_SERVERS: scratch, DOCKER_HOST: `unix://${scratch}/none` };
    const main = start(join(scratch, 'without'), ownAddress(), empty);
    await eventually('the end', () => hasEnded(main), 60_000);
    expect(main.child.exitCode).toBe(1);
    expect(main.printed()).toMatch(
      /could not start: .*not on this machine: Kafka, Redis, .*npm run test-servers -- --only kafka,redis,/,
    );
    expect(main.printed()).not.toMatch(/^ +at /m);
  });
});
