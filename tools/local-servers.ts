/**
 * Kafka, Redis, PostgreSQL and S3 on this machine, with data that stays: what `npm start -- --engines real` runs beside
 * the apps. They are the servers that `npm run test-servers` brings. Says in SERVERS_DIR/settings.json what apps have to
 * be told of them; runs until it is asked to end, or until one of them ends by itself.
 * environment: SERVERS_DIR, SERVERS (names between commas), BUCKET (made in S3), and what servers are looked for with
 */
import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createJsonFile } from '@ccd/dataplane';
import { createLogger, folder, list, runMain, startService, text } from '@ccd/service';
import { serverTitles, whyNoServer } from '@ccd/testkit/servers';
import { z } from 'zod';
import { lockFolder } from './local-servers/lock-folder.ts';
import { isLocalServer, localServers } from './local-servers/local-servers.ts';
import type { LocalServer, LocalServerName } from './local-servers/local-servers.ts';

const configSchema = z.object({ SERVERS_DIR: folder(), SERVERS: list(), BUCKET: text() });
const settings = z.record(z.string(), z.string());
type Settings = z.infer<typeof settings>;

/** Not a class of its own: whoever starts this reads the message alone. */
function assertInstalled(names: readonly LocalServerName[]): void {
  const missing = names.filter((name) => whyNoServer(name) !== undefined);
  if (missing.length === 0) return;
  const titles = missing.map((name) => serverTitles[name]).join(', ');
  throw new Error(
    `not on this machine: ${titles}. Install with: npm run test-servers -- --only ${missing.join()}`,
  );
}

/**
 * PostgreSQL does not run as root, and its own user has to pass through the folders above its data: those of ours are
 * opened for that.
 */
function makePassable(home: string): void {
  if (process.getuid?.() !== 0) return;
  for (const each of [dirname(home), home]) chmodSync(each, 0o711);
  for (let above = dirname(home); above !== dirname(above); above = dirname(above)) {
    if ((statSync(above).mode & 0o001) !== 0) continue;
    throw new Error(
      `PostgreSQL does not run as root, and the user that it runs as instead may not pass through ${above}; ` +
        'choose a --data elsewhere, such as /var/tmp/ccd',
    );
  }
}

const together = (parts: readonly (Settings | undefined)[]): Settings =>
  Object.fromEntries(parts.flatMap((part) => Object.entries(part ?? {})));

await runMain('servers', configSchema, async (config, signal) => {
  const { SERVERS_DIR: home, BUCKET: bucket } = config;
  const names = config.SERVERS.filter(isLocalServer);
  assertInstalled(names);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  if (names.includes('postgres')) makePassable(home);
  const lock = lockFolder(home);
  const logger = createLogger({ name: 'servers' });
  const running = new Map<LocalServerName, LocalServer>();
  let stopping = false;
  const service = await startService({
    name: 'servers',
    logger,
    signal,
    components: [
      {
        name: 'lock',
        stop: async () => {
          lock.release();
        },
      },
      {
        name: 'servers',
        async start() {
          const starts = names.map(async (name) => {
            running.set(name, await localServers[name](join(home, name), bucket));
          });
          // All of them, so that what did start is stopped again.
          const failed = (await Promise.allSettled(starts)).find((start) => start.status === 'rejected');
          if (failed !== undefined) throw failed.reason;
        },
        async stop() {
          stopping = true;
          await Promise.all([...running.values()].map((server) => server.shutDown()));
        },
      },
      {
        name: 'settings',
        async start() {
          const told = [...running.values()].map((server) => server.told);
          await createJsonFile(
            join(home, 'settings.json'),
            z.looseObject({ controlPlane: settings, dataPlane: settings }),
          ).save({
            controlPlane: together(told.map(({ controlPlane }) => controlPlane)),
            dataPlane: together(told.map(({ dataPlane }) => dataPlane)),
            bucket: told.map((each) => each.bucket).find((each) => each !== undefined),
            places: told.map(({ place }) => place),
          });
        },
      },
    ],
  });
  for (const [name, server] of running) {
    void server.ended().then(() => {
      if (!stopping) void service.stop('a server ended', new Error(`${serverTitles[name]} ended by itself`));
    });
  }
  return service;
});
