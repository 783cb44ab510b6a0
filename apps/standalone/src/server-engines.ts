import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createJsonFile } from '@ccd/dataplane';
import { startService } from '@ccd/service';
import { z } from 'zod';
import { createEngineProcess } from './engine-process.ts';
import type { Engines, EnginesRuntime, RunningEngines } from './engines.ts';
import { foldersOf } from './folders.ts';
import { loadOrMake } from './kept-file.ts';
import type { GivenServers } from './server-settings.ts';

export interface ServerEnginesOptions extends EnginesRuntime {
  readonly dataDir: string;
  /** `tools/local-servers.ts`, to run as a process for the servers that are not given. */
  readonly entry: string;
  /** Environment of that process: where servers are looked for. */
  readonly environment: Readonly<Record<string, string>>;
  readonly given: GivenServers;
}

const settings = z.record(z.string(), z.string());

/** What `tools/local-servers.ts` says of the servers that it runs. */
const serversSchema = z.object({
  controlPlane: settings,
  dataPlane: settings,
  bucket: z.object({ name: z.string(), credentials: z.string(), where: z.string() }).optional(),
  places: z.array(z.tuple([z.string(), z.string()])),
});

const demoBucket = 'demo';
/** Servers write out what they hold before they end. */
const graceMs = 25_000;

/** Kafka, Redis, PostgreSQL and S3: those that a person has, and for the others servers beside this process. */
export async function startServerEngines(options: ServerEnginesOptions): Promise<RunningEngines> {
  const { dataDir, entry, environment, given, clock, logger, onLine } = options;
  const { servers: home } = foldersOf(dataDir);
  const secretsKey = await loadOrMake(join(dataDir, 'secrets-key.json'), z.string(), () =>
    randomBytes(32).toString('base64'),
  );
  const servers = createEngineProcess({
    entry,
    environment: {
      ...environment,
      SERVERS_DIR: home,
      SERVERS: given.missing.join(),
      BUCKET: demoBucket,
    },
    clock,
    graceMs,
    onLine,
    onCrash: (ending) => {
      logger.warn({ ending }, 'the servers ended; they are started again');
    },
  });
  const service = await startService({
    name: 'servers',
    logger,
    stopTimeoutMs: graceMs + 1_000,
    components: given.missing.length === 0 ? [] : [servers],
  });
  const local = given.missing.length === 0 ? undefined : await readServers(join(home, 'settings.json'));
  return { ...service, ...merge(given, local, secretsKey) };
}

async function readServers(path: string): Promise<z.infer<typeof serversSchema>> {
  const read = await createJsonFile(path, serversSchema).load();
  if (read === undefined) throw new Error(`${path} is not what the servers write there`);
  return read;
}

function merge(
  given: GivenServers,
  local: z.infer<typeof serversSchema> | undefined,
  secretsKey: string,
): Engines {
  const bucket = given.bucket ?? local?.bucket;
  if (bucket === undefined) throw new Error('the servers named no bucket');
  const networks = [given.dataPlane, local?.dataPlane ?? {}]
    .map(({ STORAGE_ALLOWED_NETWORKS: each }) => each)
    .filter((each) => each !== undefined);
  const hasKey = 'SECRETS_KEY' in given.controlPlane || 'SECRETS_KEY_FILE' in given.controlPlane;
  return {
    controlPlane: {
      ...(hasKey ? {} : { SECRETS_KEY: secretsKey }),
      ...local?.controlPlane,
      ...given.controlPlane,
    },
    dataPlane: {
      ...local?.dataPlane,
      ...given.dataPlane,
      ...(networks.length > 0 && { STORAGE_ALLOWED_NETWORKS: networks.join() }),
    },
    bucket,
    places: local?.places ?? [],
  };
}
