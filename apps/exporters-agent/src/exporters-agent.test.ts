import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StillEndingError } from '@ccd/cluster';
import { createMemoryCluster } from '@ccd/cluster/testing';
import type { DesiredBatchExporter } from '@ccd/controlplane';
import { createFakeControlPlane } from '@ccd/controlplane/testing';
import { exporterTaskSchema } from '@ccd/dataplane';
import { systemClock } from '@ccd/reconcile';
import type { RunningService } from '@ccd/service';
import { createSilentLogger } from '@ccd/service';
import { eventually, scratchDir } from '@ccd/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startExportersAgent } from './start-exporters-agent.ts';

const exporter = (uuid: string, change: Partial<DesiredBatchExporter> = {}): DesiredBatchExporter => ({
  uuid,
  name: `exporter ${uuid}`,
  projectId: 'p',
  topic: 'stream-a',
  content: 'events',
  streamUuid: 'a',
  intervalMs: 60_000,
  pathPrefix: 'events',
  includeExistingEvents: false,
  dataConnectorUuid: 'bucket',
  ...change,
});

const guardrailsFile = join(scratchDir(), 'guardrails.json');
const allowKeyExport = (keyExport: boolean): void => {
  writeFileSync(guardrailsFile, JSON.stringify({ purposes: 'any', destinations: 'any', keyExport }));
};

let running: RunningService | undefined;
afterEach(async () => {
  await running?.stop('the test is over');
});

async function setUp(batchExporters: readonly DesiredBatchExporter[], guardrails?: string) {
  const cluster = createMemoryCluster();
  const controlPlane = createFakeControlPlane({ batchExporters });
  running = await startExportersAgent(
    {
      INSTANCE_ID: 'pod-1',
      POLL_INTERVAL_MS: 100,
      ADMIN_HOST: '127.0.0.1',
      ADMIN_PORT: 0,
      STRM_API_HOST: 'localhost',
      STRM_API_PORT: 1,
      STRM_API_TLS: false,
      STRM_AUTH_URL: 'http://localhost',
      STRM_AUTH_CLIENT_ID: 'ins-1',
      STRM_AUTH_CLIENT_SECRET: 'hush',
      STRM_INSTALLATION_ID: 'installation',
      REPORT_WORKER_LOGS: false,
      LOG_LEVEL: 'silent',
      LOG_FORMAT: 'json',
      GUARDRAILS_FILE: guardrails,
    },
    { clock: systemClock, logger: createSilentLogger(), controlPlane, cluster },
  );
  return {
    cluster,
    controlPlane,
    workloads: async () => (await cluster.listWorkloads({})).map(({ name }) => name).toSorted(),
    taskOf: (name: string) =>
      exporterTaskSchema.parse(JSON.parse(cluster.specOf(name)?.files['task.json'] ?? 'null')),
  };
}

describe(startExportersAgent, () => {
  it('keeps a worker with its task and the Secret of its connector for every exporter', async () => {
    const { cluster, controlPlane, workloads, taskOf } = await setUp([
      exporter('1'),
      exporter('2', { content: 'keys', topic: 'keys-a', includeExistingEvents: true }),
    ]);
    await eventually('both', async () => (await workloads()).length === 2);
    expect(taskOf('batch-exporter-1')).toEqual({
      exporterId: '1',
      topic: 'stream-a',
      content: 'events',
      streamId: 'a',
      intervalMs: 60_000,
      pathPrefix: 'events',
      startAt: 'latest',
      connectorSecret: 'data-connector-bucket',
    });
    expect(taskOf('batch-exporter-2')).toMatchObject({
      content: 'keys',
      topic: 'keys-a',
      startAt: 'earliest',
    });
    expect(cluster.specOf('batch-exporter-1')?.secrets).toEqual(['data-connector-bucket']);

    controlPlane.state.batchExporters = [exporter('1', { pathPrefix: 'elsewhere' })];
    controlPlane.state.removed = [{ kind: 'batch-exporter', id: '2' }];
    controlPlane.state.revision = { epoch: 'fake', number: 2n };
    await eventually('the removal', async () => (await workloads()).length === 1);
    await eventually('the change', () => taskOf('batch-exporter-1').pathPrefix === 'elsewhere');
  });

  it('reports why a worker fails', async () => {
    const { cluster, controlPlane, workloads } = await setUp([exporter('1')]);
    await eventually('the worker', async () => (await workloads()).length === 1);
    cluster.report('batch-exporter-1', {
      state: 'failing',
      reason: 'AccessDenied',
      message: 'the bucket refuses the credentials',
      restarts: 0,
    });
    const report = await eventually('the report', () =>
      controlPlane.entityStates.find(({ status }) => status === 'UNHEALTHY'),
    );
    expect(report).toMatchObject({
      entityType: 'BATCH_EXPORTER',
      resourceType: 'BATCH_EXPORTER_DEPLOYMENT',
      name: 'exporter 1',
      message: 'AccessDenied: the bucket refuses the credentials',
    });
  });

  it('reports a removal that takes long as terminating, and its end also where nobody waited for it', async () => {
    const { cluster, controlPlane, workloads } = await setUp([exporter('1'), exporter('2')]);
    await eventually('both', async () => (await workloads()).length === 2);
    const stuck = new StillEndingError('batch-exporter-2');
    cluster.report('batch-exporter-2', { state: 'stopping' });
    cluster.failNext('removeWorkload', stuck, { times: 3 });
    cluster.failNext('removeWorkload', stuck, { lost: true });
    controlPlane.state.batchExporters = [exporter('1')];
    controlPlane.state.removed = [{ kind: 'batch-exporter', id: '2' }];
    controlPlane.state.revision = { epoch: 'fake', number: 2n };
    const isTold = (wanted: string) => () =>
      controlPlane.entityStates.findLast(({ name }) => name === 'exporter 2')?.status === wanted;
    await eventually('it is terminating', isTold('TERMINATING'));
    await eventually('its end', isTold('REMOVED'), 20_000);
    expect(await workloads()).toEqual(['batch-exporter-1']);
  }, 40_000);

  it('lets no keys leave that the guardrails keep in, says so, and follows their changes', async () => {
    allowKeyExport(false);
    const keys = exporter('2', { content: 'keys', topic: 'keys-a' });
    const { controlPlane, workloads } = await setUp([exporter('1'), keys], guardrailsFile);
    const report = await eventually('the report', () =>
      controlPlane.entityStates.find(({ status }) => status === 'UNHEALTHY'),
    );
    expect(report).toMatchObject({
      name: 'exporter 2',
      message: 'BeyondGuardrails: keys may not be exported from this installation',
    });
    expect(await workloads()).toEqual(['batch-exporter-1']);

    allowKeyExport(true);
    await eventually('both', async () => (await workloads()).length === 2);
    allowKeyExport(false);
    await eventually('the end of the export', async () => (await workloads()).length === 1);
  });

  it('changes nothing while the guardrails cannot be read', async () => {
    writeFileSync(guardrailsFile, '{');
    const { controlPlane, workloads } = await setUp([exporter('1')], guardrailsFile);
    await eventually('the report', () =>
      controlPlane.componentStates.some(({ message }) => message.includes('guardrails')),
    );
    expect(await workloads()).toEqual([]);
  });
});
