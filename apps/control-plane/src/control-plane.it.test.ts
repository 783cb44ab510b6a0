import { createLogger, loadConfig } from '@ccd/service';
import { createCapturingLogger } from '@ccd/service/testing';
import { connectControlPlane } from '@ccd/controlplane';
import { systemClock } from '@ccd/reconcile';
import { scratchDir } from '@ccd/testkit';
import { describe, expect, it } from '@jest/globals';
import { configSchema } from './config.ts';
import type { RunningControlPlane } from './start-control-plane.ts';
import { startControlPlane } from './start-control-plane.ts';

describe(startControlPlane, () => {
  const dataDir = scratchDir();
  const config = loadConfig(configSchema, { DATA_DIR: dataDir, GRPC_PORT: '0', AUTH_PORT: '0' });

  function connect(
    running: RunningControlPlane,
    { id, clientId, clientSecret }: { id: string; clientId: string; clientSecret: string },
  ) {
    return connectControlPlane({
      host: '127.0.0.1',
      port: running.grpcPort,
      tls: 'off',
      authUrl: running.authUrl,
      clientId,
      clientSecret,
      installationId: id,
      clock: systemClock,
    });
  }

  it('gives credentials out at the first start alone, and goes on from there at the next', async () => {
    const { logger, text } = createCapturingLogger();
    const first = await startControlPlane(config, { clock: systemClock, logger });
    const { bootstrap } = first;
    if (bootstrap === undefined) throw new Error('the first start gave nothing out');
    const client = connect(first, bootstrap.installation);
    const before = await client.desiredStreams(new AbortController().signal);
    client.close();
    await first.stop('the test goes on');

    const second = await startControlPlane(config, {
      clock: systemClock,
      logger: createLogger({ name: 'x', level: 'silent' }),
    });
    expect(second.bootstrap).toBeUndefined();
    const again = connect(second, bootstrap.installation);
    const after = await again.desiredStreams(new AbortController().signal);
    again.close();
    await second.stop('the test is over');
    expect(after).toStrictEqual(before);
    for (const secret of [bootstrap.installation.clientSecret, bootstrap.admin.clientSecret]) {
      expect(text()).not.toContain(secret);
    }
  }, 30_000);
});
