import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { systemClock } from '@ccd/reconcile';
import type { Credentials } from '../../credentials.ts';
import { prepareCli } from '../../prepare-cli.ts';
import { strm } from '../../strm.ts';
import type { Run } from '../entities.ts';
import { installationSettings } from '../installation-settings.ts';
import { grpcPort, ownAddress } from '../rig.ts';
import type { BuiltApps } from './build-apps.ts';
import type { Launcher } from './launcher.ts';
import type { ManagedProcess } from './managed-process.ts';
import { readBootstrap } from './read-bootstrap.ts';
import { workersOf } from './workers.ts';

type Settings = Readonly<Record<string, string>>;

export interface AppsOptions {
  /** Of this system alone. */
  readonly folder: string;
  readonly apps: Pick<BuiltApps, 'folder' | 'controlPlane' | 'gateway' | 'agents' | 'usage'>;
  readonly launcher: Launcher;
  /** What the apps are told of their engines. */
  readonly engines: { readonly controlPlane: Settings; readonly dataPlane: Settings };
}

/** The apps of a whole system, each a process of its own that is started again when it ends. */
export interface LaunchedApps {
  readonly processes: Readonly<Record<'controlPlane' | 'agents' | 'gateway' | 'usage', ManagedProcess>>;
  readonly host: string;
  readonly urls: { readonly authUrl: string; readonly eventsUrl: string };
  /** What every app of the data plane has in its environment. */
  readonly settings: Settings;
  /** Folder of the local cluster. */
  readonly cluster: string;
  readonly credentials: Credentials;
  /** Runs a command of `strm`. */
  readonly strm: Run;
  /** Process ids of the workers of an app that the agents run now. */
  workers(app: 'decrypter' | 'batch-exporter'): Promise<readonly number[]>;
}

const authPort = 8_080;
const gatewayPort = 8_081;
const newKey = (): string => randomBytes(32).toString('base64');

export async function launchApps({ folder, apps, launcher, engines }: AppsOptions): Promise<LaunchedApps> {
  const host = ownAddress();
  const controlPlane = await launcher.launch('control-plane', apps.controlPlane, {
    HOST: host,
    GRPC_PORT: `${grpcPort}`,
    AUTH_PORT: `${authPort}`,
    ...engines.controlPlane,
  });
  const credentials = readBootstrap(launcher.log);
  const authUrl = `http://${host}:${authPort}`;
  const cluster = join(folder, 'cluster');
  const settings = {
    KEY_LOOKUP_SECRET: newKey(),
    KEY_ENCRYPTION_KEYS: `first:${newKey()}`,
    ...installationSettings(host, authUrl, credentials),
    CACHE_DIR: join(folder, 'cache'),
    ...engines.dataPlane,
  };
  const agents = await launcher.launch('agents', apps.agents, {
    ...settings,
    CLUSTER_DIR: cluster,
    APPS_DIR: apps.folder,
    POLL_INTERVAL_MS: '250',
    TOPIC_GRACE_HOURS: '0',
    INSTANCE_ID: 'agents',
  });
  const gateway = await launcher.launch('gateway', apps.gateway, {
    ...settings,
    STRM_GATEWAY_HOST: host,
    STRM_GATEWAY_PORT: `${gatewayPort}`,
    CACHE_DIR: join(folder, 'cache', 'event-gateway'),
    INSTANCE_ID: 'gateway',
    USAGE_INTERVAL_MS: '1000',
  });
  const usage = await launcher.launch('usage', apps.usage, settings);
  const urls = { authUrl, eventsUrl: `http://${host}:${gatewayPort}/event` };
  const cli = { folder: join(folder, 'strm'), clock: systemClock, signal: new AbortController().signal };
  await prepareCli(
    cli.folder,
    host,
    { credentials, grpcPort, ...urls, webSocketUrl: `ws://${host}:1/ws` },
    systemClock,
  );
  return {
    processes: { controlPlane, agents, gateway, usage },
    host,
    urls,
    settings,
    cluster,
    credentials,
    strm: (...argv) => strm(argv, cli),
    workers: (app) => workersOf(agents.pid(), app),
  };
}
