import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { systemClock } from '@ccd/reconcile';
import { createTestAuthority } from '@ccd/testkit/servers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectControlPlane } from '../connect-control-plane.ts';
import { encodeStreams, metadataFor, sampleStream } from '../testing/samples.ts';
import { startScriptedServer } from '../testing/scripted-server.ts';
import type { ScriptedServer } from '../testing/scripted-server.ts';

const never = new AbortController().signal;
const bytes = encodeStreams(sampleStream(1));
const clock = systemClock;

interface Asked {
  readonly target: string | undefined;
  readonly credentials: string | undefined;
}

let server: ScriptedServer;
let proxy: Server;
let asked: Asked[];
let sockets: Socket[];
let refuses: boolean;
beforeEach(async () => {
  const authority = await createTestAuthority();
  server = await startScriptedServer({
    ca: authority.ca,
    ...(await authority.issue({ name: 'localhost', hosts: ['127.0.0.1'] })),
  });
  server.answer('/strmprivacy.api.agents.v1.StreamsAgentService/GetStreams', {
    bytes,
    metadata: metadataFor(bytes, 1),
  });
  [asked, sockets, refuses] = [[], [], false];
  proxy = createServer().on('connect', ({ url, headers }, downstream: Socket) => {
    asked.push({ target: url, credentials: headers['proxy-authorization'] });
    if (refuses) {
      downstream.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const { hostname, port } = new URL(`http://${String(url)}`);
    const upstream = connect(Number(port), hostname, () => {
      downstream.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(downstream).pipe(upstream);
    });
    sockets.push(upstream, downstream);
    for (const socket of [upstream, downstream]) socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await server.stop();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => proxy.close(resolve));
});

const proxyUrl = (user = ''): string => `http://${user}127.0.0.1:${(proxy.address() as AddressInfo).port}`;

describe(connectControlPlane, () => {
  it('reaches API and tokens through a proxy, and trusts the private authority behind it', async () => {
    const controlPlane = server.connect({ clock, proxy: { url: proxyUrl('me:p%40ss@') } });
    await expect(controlPlane.desiredStreams(never)).resolves.toMatchObject({ items: [{}] });
    expect(new Set(asked.map(({ target }) => target)).size).toBe(2);
    const expected = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
    expect(asked.map(({ credentials }) => credentials)).toEqual([expected, expected]);
  });

  it('goes directly to what is excepted', async () => {
    const controlPlane = server.connect({ clock, proxy: { url: proxyUrl(), except: ['127.0.0.0/8'] } });
    await expect(controlPlane.desiredStreams(never)).resolves.toMatchObject({ items: [{}] });
    expect(asked).toEqual([]);
  });

  it('says so where the proxy refuses', async () => {
    refuses = true;
    const controlPlane = server.connect({ clock, maxAttempts: 1, proxy: { url: proxyUrl('me:hush@') } });
    const error: unknown = await controlPlane.desiredStreams(never).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ControlPlaneUnavailableError' });
    expect(String(error)).not.toContain('hush');
  });
});
