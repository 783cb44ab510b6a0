import { systemClock } from '@ccd/reconcile';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually, personal, scratchDir } from '@ccd/testkit';
import { foldersOf } from './folders.ts';
import { strm } from './strm.ts';
import { createExporter, createFolderConnector, credentialsOf } from './testing/entities.ts';
import { hasEnded, spawnMain, untilStarted } from './testing/start-main.ts';
import type { StartedMain } from './testing/start-main.ts';
import { multiset } from './testing/oracle.ts';
import { killTree, processTree } from './testing/process-tree.ts';
import { ownAddress, readExports } from './testing/rig.ts';
import type { ExampleEvent } from './testing/send-events.ts';
import { exampleContract, fetchToken, inParallel, postEvent } from './testing/send-events.ts';

const eventsBefore = 3_000;
const eventsAfter = 300;
const port = 8080;

const event = (id: string): ExampleEvent => ({
  strmMeta: { eventContractRef: exampleContract, consentLevels: [1] },
  uniqueIdentifier: personal('somebody'),
  consistentValue: personal(`session-${id.length}`),
  someSensitiveValue: personal('something'),
  notSensitiveValue: id,
});

describe('kill -9 of everything in mid-flow, and a new start', () => {
  const scratch = scratchDir();
  const host = ownAddress();
  let running: StartedMain | undefined;
  afterEach(async () => {
    if (running !== undefined && !hasEnded(running)) await killTree(running.pid);
  });

  async function start(): Promise<StartedMain> {
    const argv = ['--no-demo', '--data', scratch, '--host', host, '--port', `${port}`];
    const started = spawnMain({ argv });
    running = started;
    await untilStarted(started);
    return started;
  }

  const strmRun = (...argv: string[]) =>
    strm(argv, {
      folder: foldersOf(scratch).strm,
      clock: systemClock,
      signal: new AbortController().signal,
    });

  it('has every event that was answered with 204, once, and derived and exported it once', async () => {
    const first = await start();
    await strmRun('create', 'stream', 'source');
    await strmRun('create', 'stream', 'one', '--derived-from', 'source', '--purposes', '1');
    await createFolderConnector(strmRun, scratch, 'files');
    await createExporter(strmRun, 'files', 'source');
    await createExporter(strmRun, 'files', 'one');
    const eventsUrl = `http://${host}:${port}/event`;
    const client = await credentialsOf(strmRun, 'source');
    const sender = { authUrl: `http://${host}:${port + 1}`, eventsUrl, ...client };
    const accepted: string[] = [];
    const sent = new Set<string>();
    async function send(token: string, id: string): Promise<boolean> {
      sent.add(id);
      const status = await postEvent(eventsUrl, token, event(id)).catch(() => 0);
      if (status === 204) accepted.push(id);
      return status === 204;
    }

    let token = await fetchToken(sender);
    let attempt = 0;
    await eventually('the first 204', () => send(token, `first-${(attempt += 1)}`), 30_000, 100);
    // The workers are at work, so that they are killed in the middle of it too.
    await eventually('the workers', async () => (await processTree(first.pid)).length >= 5, 30_000, 100);
    let killed: Promise<readonly number[]> | undefined;
    await inParallel(
      Array.from({ length: 2 * eventsBefore }, (_, id) => `before-${id}`),
      8,
      async (id) => {
        if (accepted.length >= eventsBefore) killed ??= killTree(first.pid);
        if (killed === undefined) await send(token, id);
      },
    );
    expect((await killed)?.length).toBeGreaterThanOrEqual(5);
    await eventually('the end', () => hasEnded(first));

    const second = await start();
    token = await fetchToken(sender);
    await eventually('a 204 again', () => send(token, `again-${(attempt += 1)}`), 30_000, 100);
    await inParallel(
      Array.from({ length: eventsAfter }, (_, id) => `after-${id}`),
      8,
      async (id) => {
        await send(token, id);
      },
    );

    const exported = async (name: string) =>
      (await readExports(foldersOf(scratch).exports, `bucket/${name}`))
        .flatMap((file) => file.split('\n').filter((line) => line !== ''))
        .map((line) => (JSON.parse(line) as { notSensitiveValue: string }).notSensitiveValue);
    for (const stream of ['source', 'one']) {
      const ids = await eventually(
        `all of ${stream}`,
        async () => {
          const found = await exported(stream);
          const have = new Set(found);
          return accepted.every((id) => have.has(id)) ? found : undefined;
        },
        120_000,
        500,
      );
      const counts = multiset(ids);
      expect([...counts].filter(([id, count]) => count > 1 || !sent.has(id))).toStrictEqual([]);
    }

    second.child.kill('SIGINT');
    await eventually('an ordered stop', () => second.child.exitCode !== null, 15_000);
    expect(second.child.exitCode).toBe(0);
  }, 300_000);
});
