import { createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { createAdminServer } from './admin-server.ts';
import { createDualProtocolServer } from './dual-protocol-server.ts';
import { createHealth } from './health.ts';
import { ListenError } from './listen-error.ts';
import { createSilentLogger } from './logger.ts';

describe(ListenError, () => {
  it.each([
    ['EADDRINUSE', 'another program uses this port'],
    ['EACCES', 'this user may not use this port'],
    ['EADDRNOTAVAIL', 'this machine does not have this address'],
    ['EOTHER', 'it broke'],
  ])('says of %s: %s', (code, words) => {
    const { message } = new ListenError('::1', 80, Object.assign(new Error('it broke'), { code }));
    expect(message).toBe(`cannot listen on [::1]:80: ${words}`);
  });

  it('is what every server of ours throws when its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const taken = `cannot listen on 127.0.0.1:${port}: another program uses this port`;

    const dual = createDualProtocolServer({ requestListener: () => {} });
    await expect(dual.listen({ host: '127.0.0.1', port })).rejects.toThrow(taken);
    await dual.close();

    const logger = createSilentLogger();
    const admin = createAdminServer({ host: '127.0.0.1', port, logger, health: createHealth() });
    await expect(admin.start()).rejects.toThrow(taken);
    await admin.stop();
    other.close();
  });
});
