import { tlsChannel } from '@ccd/controlplane';
import { testCertificate } from '@ccd/service/testing';
import { Client, Server } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from '@jest/globals';
import { bind } from './listen.ts';

describe(bind, () => {
  const { cert, key } = testCertificate();
  const certificate = { cert: Buffer.from(cert), key: Buffer.from(key) };
  const closers: (() => void)[] = [];
  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });

  it.each([
    ['127.0.0.1', 'connected'],
    ['127.0.0.2', 'refused'],
  ])('with a certificate for 127.0.0.1, at %s, sees clients %s', async (address, outcome) => {
    const server = new Server();
    closers.push(() => {
      server.forceShutdown();
    });
    const port = await bind(server, address, 0, certificate);
    const channel = tlsChannel(address, certificate.cert);
    const client = new Client(`${address}:${port}`, channel.credentials, channel.options);
    closers.push(() => {
      client.close();
    });
    const call = new Promise<string>((resolve) => {
      const asItIs = (bytes: Buffer): Buffer => bytes;
      client.makeUnaryRequest('/no.Service/Method', asItIs, asItIs, Buffer.alloc(0), (error) => {
        resolve(error?.details ?? '');
      });
    });
    await expect(call).resolves.toMatch(
      outcome === 'connected'
        ? 'The server does not implement the method'
        : /IP: 127\.0\.0\.2 is not in the cert's list/,
    );
  });
});
