/** The least that a node:http server does: read a request whole and answer it with 204. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from './serve.ts';

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    response.writeHead(204).end();
  });
});
server.listen(0, '127.0.0.1', () => {
  serve((server.address() as AddressInfo).port);
});
