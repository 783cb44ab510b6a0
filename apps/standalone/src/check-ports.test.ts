import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { checkPorts } from './check-ports.ts';

describe(checkPorts, () => {
  it('names a port that another program uses, and leaves the others free', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(checkPorts('127.0.0.1', [0, port])).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port}: another program uses this port`,
    );
    other.close();
    await once(other, 'close');
    await checkPorts('127.0.0.1', [port]);
    await expect(checkPorts('127.0.0.1', [port])).resolves.toBeUndefined();
  });
});
