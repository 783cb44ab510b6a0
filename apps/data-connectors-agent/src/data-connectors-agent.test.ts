import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMemoryCluster } from '@ccd/cluster/testing';
import type { DesiredDataConnector } from '@ccd/controlplane';
import { createFakeControlPlane } from '@ccd/controlplane/testing';
import { systemClock } from '@ccd/reconcile';
import type { RunningService } from '@ccd/service';
import { createCapturingLogger } from '@ccd/service/testing';
import { eventually, scratchDir } from '@ccd/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';
import { agentName, startDataConnectorsAgent } from './start-data-connectors-agent.ts';

const connector = (location: string): DesiredDataConnector => ({
  uuid: 'bucket',
  name: 'my bucket',
  projectId: 'p',
  location,
});

const guardrailsFile = join(scratchDir(), 'guardrails.json');

let running: RunningService | undefined;
afterEach(async () => {
  await running?.stop('the test is over');
});

async function setUp(location: string, guardrails?: string) {
  const cluster = createMemoryCluster();
  const controlPlane = createFakeControlPlane({ dataConnectors: [connector(location)] });
  const { logger, text } = createCapturingLogger();
  running = await startDataConnectorsAgent(
    {
      INSTANCE_ID: 'pod-1',
      POLL_INTERVAL_MS: 100,
      DATABASE_CHECK_INTERVAL_MS: 300_000,
      ADMIN_HOST: '127.0.0.1',
      ADMIN_PORT: 0,
      STRM_API_HOST: 'localhost',
      STRM_API_PORT: 1,
      STRM_API_TLS: false,
      STRM_AUTH_URL: 'http://localhost',
      STRM_AUTH_CLIENT_ID: 'ins-1',
      STRM_AUTH_CLIENT_SECRET: 'hush',
      STRM_INSTALLATION_ID: 'installation',
      LOG_LEVEL: 'trace',
      LOG_FORMAT: 'json',
      GUARDRAILS_FILE: guardrails,
    },
    { clock: systemClock, logger, controlPlane, cluster },
  );
  const secret = () => {
    const content = cluster.secretData('data-connector-bucket')?.['location'];
    return content === undefined ? undefined : Buffer.from(content).toString('utf8');
  };
  return { cluster, controlPlane, secret, text };
}

describe(startDataConnectorsAgent, () => {
  it('keeps a Secret with the location of every connector, and follows its changes', async () => {
    const { controlPlane, secret } = await setUp('{"key":"first"}');
    await eventually('the secret', () => secret() === '{"key":"first"}');
    controlPlane.state.dataConnectors = [connector('{"key":"second"}')];
    controlPlane.state.revision = { epoch: 'fake', number: 2n };
    await eventually('the change', () => secret() === '{"key":"second"}');
    controlPlane.state.dataConnectors = [];
    controlPlane.state.removed = [{ kind: 'data-connector', id: 'bucket' }];
    controlPlane.state.revision = { epoch: 'fake', number: 3n };
    await eventually('the end', () => secret() === undefined);
  });

  it('writes the credentials into the Secret and nowhere else', async () => {
    const { cluster, controlPlane, secret, text } = await setUp('{"key":"canary"}');
    await eventually('the secret', () => secret() !== undefined);
    await eventually('the report', () => controlPlane.entityStates.length > 0);
    const state = cluster.agentState(agentName);
    const documents = await Promise.all(['snapshot', 'inventory', 'guard'].map((name) => state.load(name)));
    expect(documents[0]).toContain('data-connector-bucket');
    expect(documents.join('')).not.toContain('canary');
    expect(JSON.stringify(controlPlane.entityStates)).not.toContain('canary');
    expect(text()).not.toContain('canary');
  });

  it('keeps credentials of no destination but those that the guardrails list', async () => {
    const to = (bucket: string) =>
      JSON.stringify({ type: 's3', bucket, credentials: JSON.stringify({ url: 'https://s3.example' }) });
    const destinations = [{ type: 's3', bucket: 'ours', endpoint: 'https://s3.example' }];
    writeFileSync(guardrailsFile, JSON.stringify({ purposes: 'any', destinations, keyExport: true }));
    const { controlPlane, secret, text } = await setUp(to('ours'), guardrailsFile);
    await eventually('the secret', () => secret() === to('ours'));

    controlPlane.state.dataConnectors = [connector(to('theirs'))];
    controlPlane.state.revision = { epoch: 'fake', number: 2n };
    await eventually('the end of the secret', () => secret() === undefined);
    const report = await eventually('the report', () =>
      controlPlane.entityStates.find(({ status }) => status === 'UNHEALTHY'),
    );
    expect(report).toMatchObject({
      name: 'my bucket',
      message: 'BeyondGuardrails: its destination is not among those allowed in this installation',
    });
    expect(text()).toContain('the guardrails forbid what is asked for');
  });
});
