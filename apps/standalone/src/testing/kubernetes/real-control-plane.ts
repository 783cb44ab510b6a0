import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { configSchema, startControlPlane } from '@ccd/control-plane';
import { connectControlPlane } from '@ccd/controlplane';
import type { ControlPlane } from '@ccd/controlplane';
import { systemClock } from '@ccd/reconcile';
import { createSilentLogger, loadConfig } from '@ccd/service';
import { keepCredentials } from '../../credentials.ts';
import { prepareCli } from '../../prepare-cli.ts';
import { strm } from '../../strm.ts';
import type { Run } from '../entities.ts';
import { grpcPort, ownAddress } from '../rig.ts';

/** A control plane in this process, with a person at its command line. */
export interface RealControlPlane {
  readonly installationId: string;
  readonly strm: Run;
  /** As an agent reaches it. */
  connect(): ControlPlane;
  stop(): Promise<void>;
}

/** @param folder of its own */
export async function startRealControlPlane(folder: string): Promise<RealControlPlane> {
  const clock = systemClock;
  const host = ownAddress();
  const dataDir = join(folder, 'control-plane');
  await mkdir(dataDir);
  const service = await startControlPlane(
    loadConfig(configSchema, { HOST: host, GRPC_PORT: `${grpcPort}`, AUTH_PORT: '0', DATA_DIR: dataDir }),
    { clock, logger: createSilentLogger() },
  );
  const { authUrl } = service;
  const credentials = await keepCredentials(folder, service.bootstrap);
  const { id, clientId, clientSecret } = credentials.installation;
  const stopping = new AbortController();
  const cli = { folder: join(folder, 'strm'), clock, signal: stopping.signal };
  const nowhere = { eventsUrl: `http://${host}:1/event`, webSocketUrl: `ws://${host}:1/ws` };
  await prepareCli(cli.folder, host, { credentials, grpcPort, authUrl, ...nowhere }, clock);
  return {
    installationId: id,
    strm: (...argv) => strm(argv, cli),
    connect: () =>
      connectControlPlane({
        host,
        port: grpcPort,
        tls: 'off',
        authUrl,
        clientId,
        clientSecret,
        installationId: id,
        clock,
      }),
    async stop() {
      stopping.abort();
      await service.stop('the test is over');
    },
  };
}
