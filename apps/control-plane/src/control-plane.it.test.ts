import { createLogger, createSilentLogger, loadConfig } from '@ccd/service';
import { createCapturingLogger, testCertificate } from '@ccd/service/testing';
import { connectControlPlane } from '@ccd/controlplane';
import { systemClock } from '@ccd/reconcile';
import { scratchDir } from '@ccd/testkit';
import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createServer } from 'node:net';
import { z } from 'zod';
import { configSchema } from './config.ts';
import type { RunningControlPlane } from './start-control-plane.ts';
import { startControlPlane } from './start-control-plane.ts';

describe(startControlPlane, () => {
  const dataDir = scratchDir();
  const scratch = scratchDir();
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
  });

  it('does not start with the key of another database', async () => {
    const folder = join(scratch, 'keyed');
    const withKey = (byte: number) =>
      startControlPlane(
        loadConfig(configSchema, {
          ...{ DATA_DIR: folder, GRPC_PORT: '0', AUTH_PORT: '0' },
          SECRETS_KEY: Buffer.alloc(32, byte).toString('base64'),
        }),
        { clock: systemClock, logger: createSilentLogger() },
      );
    await (await withKey(1)).stop('the test goes on');
    await expect(withKey(2)).rejects.toThrow('SECRETS_KEY is not the key of the secrets in this database');
  });

  it('serves the API and the tokens over TLS as well', async () => {
    const { cert, key } = testCertificate();
    await writeFile(join(scratch, 'cert.pem'), cert);
    await writeFile(join(scratch, 'key.pem'), key);
    const running = await startControlPlane(
      loadConfig(configSchema, {
        DATA_DIR: `${dataDir}-tls`,
        GRPC_PORT: '0',
        AUTH_PORT: '0',
        GRPC_TLS_PORT: '0',
        AUTH_TLS: 'true',
        TLS_CERT_FILE: join(scratch, 'cert.pem'),
        TLS_KEY_FILE: join(scratch, 'key.pem'),
      }),
      { clock: systemClock, logger: createSilentLogger() },
    );
    const { bootstrap, grpcTlsPort } = running;
    if (bootstrap === undefined || grpcTlsPort === undefined) throw new Error('a part is missing');
    expect(running.authUrl).toMatch(/^https:/);
    const ask = async (host: string) => {
      const client = connectControlPlane({
        host,
        port: grpcTlsPort,
        tls: { ca: cert },
        authUrl: running.authUrl,
        clientId: bootstrap.installation.clientId,
        clientSecret: bootstrap.installation.clientSecret,
        installationId: bootstrap.installation.id,
        clock: systemClock,
      });
      return client.desiredStreams(AbortSignal.timeout(10_000)).finally(() => {
        client.close();
      });
    };
    // Its certificate is for a name and for an address.
    const answers = await Promise.all(['localhost', '127.0.0.1'].map(ask)).finally(() =>
      running.stop('the test is over'),
    );
    expect(answers.map(({ items }) => items)).toStrictEqual([[], []]);
  });

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
