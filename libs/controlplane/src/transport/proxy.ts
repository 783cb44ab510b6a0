import { BlockList, isIP } from 'node:net';

/** The proxy that stands between us and the control plane. */
export interface ProxyOptions {
  /** `http://[user:password@]host[:port]`; spoken to in plaintext, and asked to CONNECT. */
  readonly url: string;
  /** What is reached without it: `*`, names (with all below them), addresses, networks as address/bits, each also with `:port`. */
  readonly except?: readonly string[] | undefined;
}

export interface ProxiedHost {
  /** Without a port; an IPv6 address with or without brackets. */
  readonly host: string;
  readonly port: number;
}

/** The proxy on the way to a host; undefined where there is none. */
export function proxyTo({ host, port }: ProxiedHost, proxy: ProxyOptions | undefined): URL | undefined {
  if (proxy === undefined) return undefined;
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  const isExcepted = (proxy.except ?? []).some((rule) => matches(rule.trim().toLowerCase(), bare, port));
  return isExcepted ? undefined : new URL(proxy.url);
}

function matches(rule: string, host: string, port: number): boolean {
  if (rule === '*') return true;
  const withPort = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d+)$/.exec(rule);
  const name = (withPort?.[1] ?? withPort?.[2] ?? rule).replace(/^\[|\]$/g, '').replace(/^\*?\./, '');
  if (name === '' || (withPort !== null && Number(withPort[3]) !== port)) return false;
  if (isIP(host) !== 0) return isWithin(name, host);
  return host === name || host.endsWith(`.${name}`);
}

function isWithin(network: string, address: string): boolean {
  const [base = '', bits] = network.split('/');
  if (isIP(base) === 0 || isIP(base) !== isIP(address)) return false;
  const widest = isIP(base) === 4 ? 32 : 128;
  const prefix = bits === undefined ? widest : Number(bits);
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > widest) return false;
  const list = new BlockList();
  const family = isIP(base) === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(base, prefix, family);
  return list.check(address, family);
}
