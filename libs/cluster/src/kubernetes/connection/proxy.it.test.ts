import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { systemClock } from '@ccd/reconcile';
import { scratchDir } from '@ccd/testkit';
import { describeWithServers, startKubernetes, useServer } from '@ccd/testkit/servers';
import { createTransport } from '../client/transport.ts';
import { WriteGateClosedError } from '../client/write-gate.ts';
import { connectByKubeconfig } from './kubeconfig.ts';

describeWithServers('kubernetes', 'an API server behind a proxy', () => {
  const scratch = scratchDir();
  const server = useServer(() => startKubernetes());
  const asked: string[] = [];
  const proxy = createServer().on('connect', ({ url = '' }, socket) => {
    asked.push(url);
    const [host = '', port = ''] = url.split(':');
    const there = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      there.pipe(socket).pipe(there);
    });
    there.on('error', () => socket.destroy());
    socket.on('error', () => there.destroy());
  });
  beforeAll(
    () =>
      new Promise<void>((resolve) => {
        proxy.listen(0, '127.0.0.1', resolve);
      }),
  );
  afterAll(() => {
    proxy.close();
  });

  it('is reached through it, and writes begin on a connection that stands', async () => {
    const { port } = proxy.address() as AddressInfo;
    const file = join(scratch, 'config');
    const text = await readFile(server().kubeconfig, 'utf8');
    await writeFile(file, text.replace('"server":', `"proxy-url": "http://127.0.0.1:${port}", "server":`));
    const transport = createTransport(await connectByKubeconfig(file, systemClock), systemClock);
    try {
      expect(await transport.ask({ method: 'GET', path: '/version' })).toHaveProperty('gitVersion');
      expect(asked).toHaveLength(1);
      const order: string[] = [];
      const refused = transport.ask({
        method: 'POST',
        path: '/api/v1/namespaces/default/configmaps',
        body: '{}',
        mayBegin: () => (order.push('asked'), false),
      });
      await expect(refused).rejects.toThrow(WriteGateClosedError);
      expect(order).toEqual(['asked']);
    } finally {
      transport.close();
    }
  });
});
