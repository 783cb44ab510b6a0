import { createLogger, createSilentLogger, loadConfig } from '@ccd/service';
import { createCapturingLogger } from '@ccd/service/testing';
import { connectControlPlane } from '@ccd/controlplane';
import { systemClock } from '@ccd/reconcile';
import { scratchDir } from '@ccd/testkit';
import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { z } from 'zod';
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

  it.each(['GRPC_PORT', 'AUTH_PORT'])('ends its start with the address when %s is taken', async (setting) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = z.object({ port: z.int() }).parse(other.address());
    const started = startControlPlane(
      loadConfig(configSchema, {
        DATA_DIR: `${dataDir}-${setting}`,
        GRPC_PORT: '0',
        AUTH_PORT: '0',
        [setting]: `${port}`,
      }),
      { clock: systemClock, logger: createSilentLogger() },
    );
    await expect(started).rejects.toMatchObject({
      name: 'ListenError',
      message: `cannot listen on 127.0.0.1:${port}: another program uses this port`,
    });
    other.close();
  });
});
