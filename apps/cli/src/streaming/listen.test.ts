import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { eventually, scratchDir } from '@ccd/testkit';
import { entities, streams } from '@ccd/protocol';
import { createRig } from '../testing/rig.ts';
import type { Rig } from '../testing/rig.ts';
import { startHttp, tokenAnswer } from '../testing/token-server.ts';
import type { HttpRig } from '../testing/token-server.ts';

const scratch = scratchDir();

describe('listen web-socket', () => {
  let rig: Rig;
  let http: HttpRig;
  let server: WebSocketServer;
  let sockets: WebSocket[];
  let authorizations: (string | undefined)[];
  let url: string;
  let printed: string;

  beforeEach(async () => {
    rig = await createRig(scratch);
    let tokens = 0;
    http = await startHttp(() => tokenAnswer(`token-${(tokens += 1)}`));
    sockets = [];
    authorizations = [];
    printed = '';
    server = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/ws' });
    server.on('connection', (socket, request) => {
      sockets.push(socket);
      authorizations.push(request.headers.authorization);
    });
    await new Promise((resolve) => server.once('listening', resolve));
    url = `ws://127.0.0.1:${portOf(server.address())}/ws`;
    rig.env['STRM_API_AUTH_URL'] = http.url;
    rig.env['STRM_TOKEN_FILE'] = rig.loginFile;
    rig.server.on(streams.StreamsServiceService.getStream, () => ({
      streamTree: entities.StreamTree.create({
        stream: { credentials: [{ clientId: 'stream-1', clientSecret: 'hush' }] },
      }),
    }));
  });
  afterEach(async () => {
    rig.stop.abort();
    rig.server.close();
    for (const socket of server.clients) socket.terminate();
    server.close();
    await http.close();
  });

  const portOf = (address: AddressInfo | string | null): number =>
    typeof address === 'object' && address !== null ? address.port : 0;
  const listen = (...argv: string[]) =>
    rig.start(['listen', 'web-socket', 'demo', '--web-socket-url', url, ...argv], {
      onOut: (text) => {
        printed = text;
      },
    });
  const connected = (count: number) => eventually(`${count} connections`, () => sockets[count - 1]);

  it('prints each event on a line of its own until stopped', async () => {
    const running = listen('--client-id', 'ignored');
    const socket = await connected(1);
    socket.send('{"a": 1}');
    socket.send('{"a": "x\u001b\ny"}');
    await eventually('the lines', () => printed.split('\n').length === 3);
    rig.stop.abort();
    expect(await running).toEqual({ code: 0, out: '{"a": 1}\n{"a": "x y"}\n', err: '' });
    expect(authorizations).toEqual(['Bearer token-1']);
    expect(http.requests[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('stream-1:hush').toString('base64')}`,
    );
  });

  it.each([
    [
      1000,
      (socket: WebSocket) => {
        socket.close(1000);
      },
    ],
    [
      1001,
      (socket: WebSocket) => {
        socket.close(1001);
      },
    ],
    [
      1005,
      (socket: WebSocket) => {
        socket.close();
      },
    ],
    [
      1006,
      (socket: WebSocket) => {
        socket.terminate();
      },
    ],
  ])('comes back with a new token after a close with %d, not at once', async (_, close) => {
    const running = listen();
    close(await connected(1));
    await eventually('the pause', () => rig.clock.sleepers() === 1);
    await rig.clock.advance(999);
    expect(sockets).toHaveLength(1);
    await rig.clock.advance(1);
    (await connected(2)).send('again');
    await eventually('the event', () => printed === 'again\n');
    rig.stop.abort();
    expect((await running).code).toBe(0);
    expect(authorizations).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  it('stops while it waits to come back', async () => {
    const running = listen();
    (await connected(1)).close(1000);
    await eventually('the pause', () => rig.clock.sleepers() === 1);
    rig.stop.abort();
    expect((await running).code).toBe(0);
  });

  it('ends with any other close, and with a connection that is refused', async () => {
    const running = listen();
    (await connected(1)).close(1008, 'no such stream');
    expect(await running).toEqual({
      code: 1,
      out: '',
      err: `${url} closed the connection (1008: no such stream)\n`,
    });
    url = url.replace('/ws', '/elsewhere');
    expect((await listen()).err).toBe(`${url} cannot be listened to (Unexpected server response: 400)\n`);
  });
});
