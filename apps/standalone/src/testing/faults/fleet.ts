import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { systemClock } from '@ccd/reconcile';
import { createFailpointControl } from '@ccd/testkit';
import type { FailpointControl } from '@ccd/testkit';
import { prepareCli } from '../../prepare-cli.ts';
import { strm } from '../../strm.ts';
import type { Run } from '../entities.ts';
import { installationSettings } from '../installation-settings.ts';
import { grpcPort, ownAddress } from '../rig.ts';
import { buildApps } from './build-apps.ts';
import { createManagedProcess } from './managed-process.ts';
import type { ManagedProcess } from './managed-process.ts';
import { readBootstrap } from './read-bootstrap.ts';
import { workersOf } from './workers.ts';

/** The whole system, each app a process of its own that is started again when it ends. */
export interface Fleet {
  readonly failpoints: FailpointControl;
  readonly processes: Readonly<
    Record<'engine' | 'controlPlane' | 'agents' | 'gateway' | 'usage', ManagedProcess>
  >;
  readonly urls: { readonly authUrl: string; readonly eventsUrl: string };
  readonly folders: { readonly exports: string; readonly engine: string; readonly cluster: string };
  readonly socket: string;
  readonly strm: Run;
  /** What all processes logged. */
  readonly log: readonly string[];
  /** Process ids of the workers of an app that the agents run now. */
  workers(app: 'decrypter' | 'batch-exporter'): Promise<readonly number[]>;
  stop(): Promise<void>;
}

const authPort = 8_080;
const gatewayPort = 8_081;
const newKey = (): string => randomBytes(32).toString('base64');

/** @param folder of this fleet alone, short enough for a Unix socket */
export async function startFleet(folder: string): Promise<Fleet> {
  const host = ownAddress();
  const apps = await buildApps(join(folder, 'dist'));
  const failpoints = createFailpointControl(join(folder, 'failpoints'));
  const folders = {
    engine: join(folder, 'engine'),
    cluster: join(folder, 'cluster'),
    exports: join(folder, 'exports'),
  };
  const socket = join(folder, 'run', 'engine.sock');
  const log: string[] = [];
  const started: ManagedProcess[] = [];

  async function launch(
    name: string,
    program: string,
    environment: Readonly<Record<string, string>>,
  ): Promise<ManagedProcess> {
    const managed = createManagedProcess({
      name,
      program,
      nodeArguments: failpoints.nodeArguments,
      environment: { PATH: '/usr/bin:/bin', LOG_FORMAT: 'json', ...failpoints.environment, ...environment },
      onLine: (line) => log.push(line),
    });
    started.unshift(managed);
    await managed.start();
    return managed;
  }

  async function stop(): Promise<void> {
    for (const each of started) await each.stop();
  }

  try {
    const engine = await launch('engine', apps.engine, {
      ENGINE_DATA_DIR: folders.engine,
      EVENTLOG_SOCKET: socket,
    });
    const controlPlane = await launch('control-plane', apps.controlPlane, {
      HOST: host,
      GRPC_PORT: `${grpcPort}`,
      AUTH_PORT: `${authPort}`,
      DATA_DIR: join(folder, 'control-plane'),
    });
    const credentials = readBootstrap(log);
    const authUrl = `http://${host}:${authPort}`;
    const environment = {
      KEY_LOOKUP_SECRET: newKey(),
      KEY_ENCRYPTION_KEYS: `first:${newKey()}`,
      ...installationSettings(host, authUrl, credentials),
      EVENTLOG_SOCKET: socket,
      CACHE_DIR: join(folder, 'cache'),
      FOLDER_ROOT: folders.exports,
      CLUSTER_DIR: folders.cluster,
      APPS_DIR: apps.folder,
      POLL_INTERVAL_MS: '250',
      TOPIC_GRACE_HOURS: '0',
    };
    const agents = await launch('agents', apps.agents, { ...environment, INSTANCE_ID: 'agents' });
    const gateway = await launch('gateway', apps.gateway, {
      ...environment,
      STRM_GATEWAY_HOST: host,
      STRM_GATEWAY_PORT: `${gatewayPort}`,
      CACHE_DIR: join(folder, 'cache', 'event-gateway'),
      INSTANCE_ID: 'gateway',
      USAGE_INTERVAL_MS: '1000',
    });
    const usage = await launch('usage', apps.usage, environment);
    const urls = { authUrl, eventsUrl: `http://${host}:${gatewayPort}/event` };
    const cli = { folder: join(folder, 'strm'), clock: systemClock, signal: new AbortController().signal };
    await prepareCli(
      cli.folder,
      host,
      { credentials, grpcPort, ...urls, webSocketUrl: `ws://${host}:1/ws` },
      systemClock,
    );
    return {
      failpoints,
      processes: { engine, controlPlane, agents, gateway, usage },
      urls,
      folders,
      socket,
      log,
      strm: (...argv) => strm(argv, cli),
      workers: (app) => workersOf(agents.pid(), app),
      stop,
    };
  } catch (error) {
    await stop();
    throw new Error(`the fleet did not start; it said:\n${log.slice(-20).join('\n')}`, { cause: error });
  }
}
