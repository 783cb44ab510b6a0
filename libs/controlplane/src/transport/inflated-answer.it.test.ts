import { gzipSync } from 'node:zlib';
import { systemClock } from '@ccd/reconcile';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectControlPlane } from '../connect-control-plane.ts';
import type { ControlPlane } from '../domain.ts';
import { startStandInServer, toFrame } from '../testing/stand-in-server.ts';
import type { StandInServer } from '../testing/stand-in-server.ts';

const mebi = 1024 * 1024;
const never = new AbortController().signal;
let server: StandInServer;
let controlPlane: ControlPlane;

beforeEach(async () => {
  server = await startStandInServer();
  controlPlane = connectControlPlane({
    host: '127.0.0.1',
    port: server.port,
    tls: 'off',
    authUrl: server.authUrl,
    clientId: 'ins-test',
    clientSecret: 'very-secret',
    installationId: '11111111-1111-4111-8111-111111111111',
    maxAnswerBytes: mebi,
    clock: systemClock,
  });
});
afterEach(async () => {
  controlPlane.close();
  await server.stop();
});

describe('an answer under gzip', () => {
  it('is refused as soon as it is larger than an answer may be, however small it came', async () => {
    // Under one megabyte that would become a gibibyte: gzip lets members follow one another.
    const member = gzipSync(Buffer.alloc(16 * mebi));
    const packed = Buffer.concat(Array.from({ length: 60 }, () => member));
    expect(packed.length).toBeLessThan(mebi);
    server.answerWith(() => ({
      headers: { ':status': 200, 'content-type': 'application/grpc', 'grpc-encoding': 'gzip' },
      data: toFrame(packed, true),
      trailers: { 'grpc-status': '0' },
    }));
    const before = process.resourceUsage().maxRSS;
    await expect(controlPlane.desiredStreams(never)).rejects.toMatchObject({
      name: 'ControlPlaneRefusedError',
      code: 'RESOURCE_EXHAUSTED',
    });
    expect(process.resourceUsage().maxRSS - before).toBeLessThan((200 * mebi) / 1024);
  });
});
