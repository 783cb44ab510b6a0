import { lookup as resolveHost } from 'node:dns';
import { Agent as HttpAgent } from 'node:http';
import type { AgentOptions, ClientRequestArgs } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';
import { EndpointRefusedError } from '../errors.ts';
import { createAddressRules } from './address-rules.ts';
import type { AddressRules, Network } from './address-rules.ts';

export interface NetworkOptions {
  /** What may be reached though they are private, loopback or the like, also without TLS. */
  readonly allowedNetworks?: readonly Network[];
  /** PEM of the authorities to trust instead of Node's. */
  readonly ca?: string;
  /** @default dns.lookup */
  readonly resolve?: typeof resolveHost;
}

export interface GuardedAgents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
  destroy(): void;
}

type Connection = 'plain' | 'encrypted';
type Created = (error: Error | null, stream: Duplex) => void;

/**
 * Agents that connect to no address which an endpoint chosen by others must not reach (EndpointRefusedError). What is
 * checked is the address that is connected to: names are resolved once, here.
 */
export function createGuardedAgents({
  allowedNetworks,
  ca,
  resolve = resolveHost,
}: NetworkOptions = {}): GuardedAgents {
  const rules = createAddressRules(allowedNetworks);
  const options: AgentOptions = { keepAlive: true, maxSockets: 16 };
  const http = new GuardedHttpAgent(rules, resolve, options);
  const https = new GuardedHttpsAgent(rules, resolve, { ...options, ...(ca !== undefined && { ca }) });
  return {
    http,
    https,
    destroy() {
      http.destroy();
      https.destroy();
    },
  };
}

class GuardedHttpAgent extends HttpAgent {
  readonly #guard: Guard;

  constructor(rules: AddressRules, resolve: typeof resolveHost, options: AgentOptions) {
    super(options);
    this.#guard = createGuard(rules, resolve, 'plain');
  }

  override createConnection(options: ClientRequestArgs, created?: Created): Duplex | null | undefined {
    return this.#guard(options, created, (guarded) => super.createConnection(guarded, created));
  }
}

class GuardedHttpsAgent extends HttpsAgent {
  readonly #guard: Guard;

  constructor(
    rules: AddressRules,
    resolve: typeof resolveHost,
    options: AgentOptions & { readonly ca?: string },
  ) {
    super(options);
    this.#guard = createGuard(rules, resolve, 'encrypted');
  }

  override createConnection(options: ClientRequestArgs, created?: Created): Duplex | null | undefined {
    return this.#guard(options, created, (guarded) => super.createConnection(guarded, created));
  }
}

type Guard = (
  options: ClientRequestArgs,
  created: Created | undefined,
  connect: (options: ClientRequestArgs) => Duplex | null | undefined,
) => Duplex | null | undefined;

function createGuard(rules: AddressRules, resolve: typeof resolveHost, connection: Connection): Guard {
  return (options, created, connect) => {
    const host = options.host ?? 'localhost';
    // Node resolves no literals, so that they do not pass the lookup.
    const refusal = isIP(host) === 0 ? rules.refusalOfName(host) : rules.refusalOf(host, connection);
    if (refusal === undefined)
      return connect({ ...options, lookup: guardedLookup(rules, resolve, connection) });
    const error = new EndpointRefusedError(host, refusal);
    // The agent hands the error to the request once the request listens; there is no stream then.
    process.nextTick(() => (created as ((error: Error) => void) | undefined)?.(error));
    return undefined;
  };
}

/** One address that must not be reached refuses the whole name: which one is taken is not ours to say. */
function guardedLookup(
  rules: AddressRules,
  resolve: typeof resolveHost,
  connection: Connection,
): LookupFunction {
  return (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      if (error) {
        done(error, []);
        return;
      }
      const refusal = addresses
        .map(({ address }) => rules.refusalOf(address, connection))
        .find((reason) => reason !== undefined);
      if (refusal !== undefined) done(new EndpointRefusedError(host, refusal), []);
      else if (options.all === true) done(null, addresses);
      else done(null, addresses[0]?.address ?? '', addresses[0]?.family);
    });
  };
}
