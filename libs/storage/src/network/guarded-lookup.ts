import { lookup as resolveHost } from 'node:dns';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { EndpointRefusedError } from '../errors.ts';
import { createAddressRules } from './address-rules.ts';
import type { Network } from './address-rules.ts';

export interface NetworkOptions {
  /** Networks that may be reached though they are private, loopback or the like, also without TLS. */
  readonly allowedNetworks?: readonly Network[];
  /** PEM of the authorities to trust instead of Node's. */
  readonly ca?: string;
  /** @default dns.lookup */
  readonly resolve?: typeof resolveHost;
}

export type Connection = 'plain' | 'encrypted';

/** Tells where connections may go. */
export interface Guard {
  /** Why no connection may go to a host, as far as its name or literal says; names are for `lookup` to judge. */
  refusalOf(host: string): EndpointRefusedError | undefined;
  /** Resolves names for a socket: what is checked is the address that is connected to. */
  readonly lookup: LookupFunction;
}

/** A guard of plain or encrypted connections. `onRefusal` hears of every refusal. */
export function createGuard(
  { allowedNetworks, resolve = resolveHost }: NetworkOptions,
  connection: Connection,
  onRefusal: (error: EndpointRefusedError) => void = () => {},
): Guard {
  const rules = createAddressRules(allowedNetworks);
  const refuse = (host: string, why: string): EndpointRefusedError => {
    const error = new EndpointRefusedError(host, why);
    onRefusal(error);
    return error;
  };
  return {
    refusalOf(host) {
      // Node resolves no literals, so that they do not pass the lookup.
      const why = isIP(host) === 0 ? rules.refusalOfName(host) : rules.refusalOf(host, connection);
      return why === undefined ? undefined : refuse(host, why);
    },
    lookup(host, options, done) {
      resolve(host, { ...options, all: true }, (error, addresses) => {
        if (error) {
          done(error, []);
          return;
        }
        // One address that must not be reached refuses the whole name: which one is taken is not ours to say.
        const why = addresses
          .map(({ address }) => rules.refusalOf(address, connection))
          .find((reason) => reason !== undefined);
        if (why !== undefined) done(refuse(host, why), []);
        else if (options.all === true) done(null, addresses);
        else done(null, addresses[0]?.address ?? '', addresses[0]?.family);
      });
    },
  };
}
