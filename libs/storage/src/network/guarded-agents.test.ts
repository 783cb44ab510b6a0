import type { LookupAddress, lookup } from 'node:dns';
import { createServer, get as getPlain } from 'node:http';
import { get as getEncrypted } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EndpointRefusedError } from '../errors.ts';
import { createGuardedAgents } from './guarded-agents.ts';
import type { GuardedAgents } from './guarded-agents.ts';
import type { NetworkOptions } from './guarded-lookup.ts';

const loopback = [['127.0.0.1', 32, 'ipv4']] as const;

/** Names as somebody answers who wants in: each question has the next of the answers. */
function resolver(...answers: readonly (readonly string[])[]) {
  const asked: string[] = [];
  const resolve = (
    name: string,
    _options: unknown,
    done: (error: null, addresses: readonly LookupAddress[]) => void,
  ): void => {
    const answer = answers[Math.min(asked.length, answers.length - 1)] ?? [];
    asked.push(name);
    done(
      null,
      answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { asked, resolve: resolve as unknown as typeof lookup };
}

describe(createGuardedAgents, () => {
  let server: Server;
  let connections = 0;
  const agents: GuardedAgents[] = [];
  beforeEach(async () => {
    connections = 0;
    server = createServer((_request, response) => response.end('here')).on(
      'connection',
      () => (connections += 1),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    for (const each of agents.splice(0)) each.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  const ask = (host: string, options: NetworkOptions, scheme: 'http' | 'https' = 'http'): Promise<number> => {
    const guarded = createGuardedAgents(options);
    agents.push(guarded);
    const url = `${scheme}://${host}:${(server.address() as AddressInfo).port}/`;
    return new Promise((resolve, reject) => {
      const request =
        scheme === 'http'
          ? getPlain(url, { agent: guarded.http })
          : getEncrypted(url, { agent: guarded.https });
      request.on('error', reject).on('response', (response) => {
        response.resume().on('end', () => {
          resolve(response.statusCode ?? 0);
        });
      });
    });
  };

  it.each(['127.0.0.1', '[::ffff:127.0.0.1]', 'localhost', '0x7f.1', '2130706433', '[::1]', '0.0.0.0'])(
    'connects to nothing on this machine as %s',
    async (host) => {
      await expect(ask(host, {})).rejects.toThrow(EndpointRefusedError);
      await expect(ask(host, {}, 'https')).rejects.toThrow(EndpointRefusedError);
      expect(connections).toBe(0);
    },
  );

  it('connects to an allowed network, by address and by name', async () => {
    await expect(ask('127.0.0.1', { allowedNetworks: loopback })).resolves.toBe(200);
    const { resolve } = resolver(['127.0.0.1']);
    await expect(ask('store.example', { allowedNetworks: loopback, resolve })).resolves.toBe(200);
  });

  it('refuses a name with any address that is refused, whatever the others are', async () => {
    const { resolve } = resolver(['127.0.0.1', '10.0.0.1']);
    await expect(ask('store.example', { allowedNetworks: loopback, resolve })).rejects.toThrow(
      'store.example',
    );
    expect(connections).toBe(0);
  });

  it('connects to the address that it has checked: a name is asked for once', async () => {
    const { asked, resolve } = resolver(['127.0.0.1'], ['169.254.169.254']);
    await expect(ask('store.example', { allowedNetworks: loopback, resolve })).resolves.toBe(200);
    expect(asked).toEqual(['store.example']);
  });

  it('resolves no name of a metadata service', async () => {
    const { asked, resolve } = resolver(['127.0.0.1']);
    await expect(ask('metadata.google.internal', { allowedNetworks: loopback, resolve })).rejects.toThrow(
      'metadata',
    );
    expect(asked).toEqual([]);
  });
});
