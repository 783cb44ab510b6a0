import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { askReady } from './ask-ready.ts';
import type { PodAddress } from './ask-ready.ts';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

async function serve(listener: RequestListener): Promise<PodAddress> {
  const server = createServer(listener);
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}
const { signal } = new AbortController();

describe(askReady, () => {
  it.each([
    ['what a worker says that is not ready', 503, 'why', 'why'],
    ['nothing of one that is', 200, '{}', undefined],
    ['nothing of one that says too much', 503, 'x'.repeat(100_000), undefined],
  ])('answers %s', async (_title, code, text, expected) => {
    const address = await serve(({ url }, response) => {
      response.writeHead(url === '/ready' ? code : 404).end(text);
    });
    expect(await askReady(address, signal)).toBe(expected);
  });

  it('rejects where nobody answers in time, or at all', async () => {
    const address = await serve(() => {});
    const stop = new AbortController();
    const asked = askReady(address, stop.signal);
    stop.abort();
    await expect(asked).rejects.toThrow();
    const cut = await serve((_request, response) => {
      response.socket?.destroy();
    });
    await expect(askReady(cut, signal)).rejects.toThrow();
  });
});
