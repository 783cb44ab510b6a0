import { BlockList, isIP } from 'node:net';

type Family = 'ipv4' | 'ipv6';
/** All addresses that begin with the same bits. */
export type Network = readonly [address: string, bits: number, family: Family];
type Row = readonly [...Network, what: string];

/** Services of clouds that hand out credentials to whoever asks from within. No setting opens them. */
const metadata: readonly Row[] = [
  ['169.254.169.254', 32, 'ipv4', 'AWS, Google, Azure, Oracle'],
  ['169.254.170.2', 32, 'ipv4', 'tasks of ECS'],
  ['169.254.170.23', 32, 'ipv4', 'pods of EKS'],
  ['168.63.129.16', 32, 'ipv4', 'Azure'],
  ['100.100.100.200', 32, 'ipv4', 'Alibaba'],
  ['192.0.0.192', 32, 'ipv4', 'Oracle'],
  ['fd00:ec2::', 32, 'ipv6', 'AWS'],
  ['fd20:ce::254', 128, 'ipv6', 'Google'],
];

/**
 * What is no place on the internet, by the registries of special-purpose addresses (IANA; RFC 6890 and its updates).
 * Everything of IPv6 outside 2000::/3 is refused as well, and with it every address that stands for one of IPv4.
 */
const special: readonly Row[] = [
  ['0.0.0.0', 8, 'ipv4', 'unspecified'],
  ['10.0.0.0', 8, 'ipv4', 'private'],
  ['100.64.0.0', 10, 'ipv4', 'private'],
  ['127.0.0.0', 8, 'ipv4', 'loopback'],
  ['169.254.0.0', 16, 'ipv4', 'link-local'],
  ['172.16.0.0', 12, 'ipv4', 'private'],
  ['192.0.0.0', 24, 'ipv4', 'reserved'],
  ['192.0.2.0', 24, 'ipv4', 'reserved'],
  ['192.88.99.0', 24, 'ipv4', 'reserved'],
  ['192.168.0.0', 16, 'ipv4', 'private'],
  ['198.18.0.0', 15, 'ipv4', 'private'],
  ['198.51.100.0', 24, 'ipv4', 'reserved'],
  ['203.0.113.0', 24, 'ipv4', 'reserved'],
  ['224.0.0.0', 4, 'ipv4', 'multicast'],
  ['240.0.0.0', 4, 'ipv4', 'reserved'],
  ['::', 128, 'ipv6', 'unspecified'],
  ['::1', 128, 'ipv6', 'loopback'],
  ['fc00::', 7, 'ipv6', 'private'],
  ['fe80::', 10, 'ipv6', 'link-local'],
  ['ff00::', 8, 'ipv6', 'multicast'],
  ['2001::', 23, 'ipv6', 'reserved'],
  ['2001:db8::', 32, 'ipv6', 'reserved'],
  ['2002::', 16, 'ipv6', 'reserved'],
  ['3fff::', 20, 'ipv6', 'reserved'],
];

const toBlockList = (rows: readonly (Network | Row)[]): BlockList => {
  const list = new BlockList();
  for (const [network, bits, family] of rows) list.addSubnet(network, bits, family);
  return list;
};

const specials = special.map((row) => ({ what: row[3], list: toBlockList([row]) }));
const metadataList = toBlockList(metadata);
const internet6 = toBlockList([['2000::', 3, 'ipv6']]);

const metadataNames = /^(?:metadata|instance-data|metadata\.(?:google|azure)\.internal|metadata\.goog)\.?$/i;

/** Which addresses a connection may go to. */
export interface AddressRules {
  /** Why no connection may go to a host of this name; undefined where it depends on its addresses. */
  refusalOfName(host: string): string | undefined;
  /** Why no connection may go to this IP address; undefined where it may. Plain connections reach listed networks alone. */
  refusalOf(address: string, connection: 'plain' | 'encrypted'): string | undefined;
}

/** @param allowedNetworks may be reached though they are special, and without TLS */
export function createAddressRules(allowedNetworks: readonly Network[] = []): AddressRules {
  const allowed = toBlockList(allowedNetworks);
  return {
    refusalOfName: (host) => (metadataNames.test(host) ? metadataRefusal : undefined),
    refusalOf(address, connection) {
      const version = isIP(address);
      if (version === 0) return 'it is no address';
      const family = version === 4 ? 'ipv4' : 'ipv6';
      if (metadataList.check(address, family)) return metadataRefusal;
      if (allowed.check(address, family)) return undefined;
      const found = specials.find(({ list }) => list.check(address, family));
      if (found) return `it has a ${found.what} address, and its network is not allowed`;
      if (family === 'ipv6' && !internet6.check(address, family)) {
        return 'it has a reserved address, and its network is not allowed';
      }
      return connection === 'encrypted'
        ? undefined
        : 'it is asked without TLS, and its network is not allowed';
    },
  };
}

const metadataRefusal = 'it is a metadata service';

/** Reads a network as `address/bits`, or an address that stands for itself; undefined where it is neither. */
export function parseNetwork(text: string): Network | undefined {
  const { address = '', bits } = /^(?<address>[0-9a-f.:]+)(?:\/(?<bits>\d{1,3}))?$/i.exec(text)?.groups ?? {};
  const version = isIP(address);
  if (version === 0) return undefined;
  const most = version === 4 ? 32 : 128;
  const prefix = bits === undefined ? most : Number(bits);
  return prefix > most ? undefined : [address, prefix, version === 4 ? 'ipv4' : 'ipv6'];
}
