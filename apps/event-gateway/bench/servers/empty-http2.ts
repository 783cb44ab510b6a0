/** The least that a node:http2 server does, by its stream interface: read a request whole and answer it with 204. */
import { createServer } from 'node:http2';
import type { ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { serve } from './serve.ts';

const server = createServer();
server.on('stream', (stream: ServerHttp2Stream) => {
  stream.resume();
  stream.on('end', () => {
    stream.respond({ ':status': 204 }, { endStream: true });
  });
});
server.listen(0, '127.0.0.1', () => {
  serve((server.address() as AddressInfo).port);
});
