import { describe, expect, it } from '@jest/globals';
import type { Network } from './address-rules.ts';
import { createAddressRules, parseNetwork } from './address-rules.ts';

const networks = (...texts: readonly string[]): readonly Network[] =>
  texts.map(parseNetwork).filter((network) => network !== undefined);

describe(createAddressRules, () => {
  it.each(['1.1.1.1', '52.216.0.1', '100.63.255.255', '172.32.0.1', '192.167.1.1', '2606:4700::1111'])(
    'lets connections go to %s, with TLS',
    (address) => {
      const rules = createAddressRules();
      expect(rules.refusalOf(address, 'encrypted')).toBeUndefined();
      expect(rules.refusalOf(address, 'plain')).toMatch('without TLS');
    },
  );

  it.each([
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['::', 'unspecified'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['::1', 'loopback'],
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['198.18.0.1', 'private'],
    ['fd12:3456::1', 'private'],
    ['169.254.1.1', 'link-local'],
    ['fe80::1', 'link-local'],
    ['224.0.0.1', 'multicast'],
    ['ff02::1', 'multicast'],
    ['255.255.255.255', 'reserved'],
    ['192.0.2.1', 'reserved'],
    ['2001:db8::1', 'reserved'],
    ['2001:0:1::1', 'reserved'],
    ['2002:7f00:1::', 'reserved'],
    ['64:ff9b::7f00:1', 'reserved'],
    ['::7f00:1', 'reserved'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['::ffff:10.0.0.1', 'private'],
    ['::ffff:0:127.0.0.1', 'reserved'],
    ['fec0::1', 'reserved'],
    ['169.254.169.254', 'metadata'],
    ['::ffff:169.254.169.254', 'metadata'],
    ['::ffff:a9fe:a9fe', 'metadata'],
    ['169.254.170.2', 'metadata'],
    ['168.63.129.16', 'metadata'],
    ['100.100.100.200', 'metadata'],
    ['fd00:ec2::254', 'metadata'],
    ['localhost', 'no address'],
    ['', 'no address'],
  ])('refuses %j: %s', (address, reason) => {
    const rules = createAddressRules();
    expect(rules.refusalOf(address, 'encrypted')).toMatch(reason);
    expect(rules.refusalOf(address, 'plain')).toMatch(reason);
  });

  it('lets connections go to networks that the data plane allows, without TLS as well', () => {
    const rules = createAddressRules(networks('10.1.0.0/16', '::1', '127.0.0.1'));
    for (const address of ['10.1.2.3', '::1', '127.0.0.1', '::ffff:10.1.0.9']) {
      expect(rules.refusalOf(address, 'plain')).toBeUndefined();
    }
    for (const address of ['10.2.0.1', '127.0.0.2', '::2']) {
      expect(rules.refusalOf(address, 'encrypted')).toMatch('not allowed');
    }
  });

  it('opens no metadata service, whatever is allowed', () => {
    const rules = createAddressRules(networks('0.0.0.0/0', '::/0'));
    expect(rules.refusalOf('169.254.169.254', 'encrypted')).toMatch('metadata');
    expect(rules.refusalOf('fd00:ec2::254', 'encrypted')).toMatch('metadata');
    for (const name of ['metadata.google.internal', 'METADATA', 'metadata.goog.', 'instance-data']) {
      expect(rules.refusalOfName(name)).toMatch('metadata');
    }
    expect(rules.refusalOfName('metadata.example.com')).toBeUndefined();
  });
});

describe(parseNetwork, () => {
  it.each([
    ['10.0.0.0/8', ['10.0.0.0', 8, 'ipv4']],
    ['10.0.0.1', ['10.0.0.1', 32, 'ipv4']],
    ['fd00::/8', ['fd00::', 8, 'ipv6']],
    ['::1', ['::1', 128, 'ipv6']],
  ])('reads %s', (text, network) => {
    expect(parseNetwork(text)).toEqual(network);
  });

  it.each(['', '10.0.0.0/33', '::/129', '10.0.0/8', '10.0.0.0/', 'host', '10.0.0.0/8/8', '010.0.0.1'])(
    'does not take %j',
    (text) => {
      expect(parseNetwork(text)).toBeUndefined();
    },
  );
});
