import { createMemoryCluster } from '@ccd/cluster/testing';
import { createFakeControlPlane } from '@ccd/controlplane/testing';
import { systemClock } from '@ccd/reconcile';
import { loadConfig } from '@ccd/service';
import type { RunningService } from '@ccd/service';
import { createCapturingLogger } from '@ccd/service/testing';
import { eventually, scratchDir } from '@ccd/testkit';
import { describeWithServers, startPostgres, useServer } from '@ccd/testkit/servers';
import { afterEach, expect, it } from '@jest/globals';
import { configSchema } from './config.ts';
import { startDataConnectorsAgent } from './start-data-connectors-agent.ts';

const password = 'the right password';
const dir = scratchDir();
let running: RunningService | undefined;
afterEach(async () => {
  await running?.stop('the test is over');
});

describeWithServers('postgres', 'the data connectors agent, of a connector that leads to a database', () => {
  const server = useServer(() => startPostgres({ password }));

  const connectorWith = (secret: string) => {
    const { port, user, database } = server();
    const properties = new URLSearchParams({ user, password: secret, sslmode: 'disable' }).toString();
    const uri = `jdbc:postgresql://127.0.0.1:${port}/${database}?${properties}`;
    const location = JSON.stringify({ type: 'jdbc', uri, databaseType: 'postgres' });
    return { uuid: 'db', name: 'my database', projectId: 'p', location };
  };

  it('tells whether it lets us in, and follows new credentials', async () => {
    const controlPlane = createFakeControlPlane({ dataConnectors: [connectorWith('canary of a password')] });
    const { logger, text } = createCapturingLogger();
    running = await startDataConnectorsAgent(
      loadConfig(configSchema, {
        ...{ INSTANCE_ID: 'pod-1', POLL_INTERVAL_MS: '100', CLUSTER_DIR: dir, APPS_DIR: dir },
        ...{ STRM_API_HOST: 'localhost', STRM_API_TLS: 'false', STRM_AUTH_URL: 'http://localhost' },
        ...{ STRM_AUTH_CLIENT_ID: 'ins-1', STRM_AUTH_CLIENT_SECRET: 'hush', STRM_INSTALLATION_ID: 'i' },
        STORAGE_ALLOWED_NETWORKS: '127.0.0.0/8',
      }),
      { clock: systemClock, logger, controlPlane, cluster: createMemoryCluster() },
    );
    const lastReport = () => controlPlane.entityStates.at(-1);
    await eventually('the refusal', () => lastReport()?.status === 'UNHEALTHY');
    expect(lastReport()).toMatchObject({
      name: 'my database',
      resourceType: 'DATA_CONNECTOR_SECRET',
      message: 'AccessDenied: access is denied: the server does not let the user in (28P01)',
    });
    controlPlane.state.dataConnectors = [connectorWith(password)];
    controlPlane.state.revision = { epoch: 'fake', number: 2n };
    await eventually('the database', () => lastReport()?.status === 'HEALTHY');
    expect(`${JSON.stringify(controlPlane.entityStates)}${text()}`).not.toMatch(
      /canary|right password|right\+/,
    );
  });
});
