import { once } from 'node:events';
import { connect, createServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestCertificates } from './certificates.ts';
import type { TestCertificate } from './authority.ts';
import type { TestCertificates } from './certificates.ts';

describe(createTestCertificates, () => {
  let certificates: TestCertificates;
  const stops: (() => void)[] = [];
  beforeAll(async () => {
    certificates = await createTestCertificates({ client: 'somebody' });
  });
  afterAll(() => {
    for (const stop of stops) stop();
  });

  /** Shakes hands with a server of this certificate that wants to see the client's; resolves with whom it saw. */
  async function shakeHands(server: TestCertificate, client: TestCertificate): Promise<unknown> {
    const listener = createServer({
      ...server,
      ca: certificates.ca,
      requestCert: true,
      // Node's server does not say why it refuses a client.
      rejectUnauthorized: false,
    });
    const sockets: TLSSocket[] = [];
    const seen = new Promise((resolve, reject) => {
      listener.once('secureConnection', (socket) => {
        sockets.push(socket);
        if (socket.authorized) resolve(socket.getPeerCertificate().subject.CN);
        else reject(Object.assign(new Error('refused'), { code: socket.authorizationError }));
      });
      listener.once('tlsClientError', reject);
    });
    await once(listener.listen(0, '127.0.0.1'), 'listening');
    const { port } = listener.address() as AddressInfo;
    const socket = connect({ ...client, ca: certificates.ca, host: '127.0.0.1', port });
    sockets.push(socket);
    stops.push(() => {
      for (const each of sockets) each.destroy();
      listener.close();
    });
    socket.on('error', () => {});
    const refused = new Promise((_, reject) => socket.once('error', reject));
    return Promise.race([seen, refused]);
  }

  it('has a server and a client that accept each other', async () => {
    await expect(shakeHands(certificates.server, certificates.client)).resolves.toBe('somebody');
  });

  it.each([
    ['expiredServer', 'CERT_HAS_EXPIRED'],
    ['serverOfOtherHost', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['strangeServer', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ] as const)('has %s, which a client refuses with %s', async (name, code) => {
    await expect(shakeHands(certificates[name], certificates.client)).rejects.toMatchObject({ code });
  });

  it.each([
    ['expiredClient', 'CERT_HAS_EXPIRED'],
    ['strangeClient', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ] as const)('has %s, which a server refuses with %s', async (name, code) => {
    await expect(shakeHands(certificates.server, certificates[name])).rejects.toMatchObject({ code });
  });
});
