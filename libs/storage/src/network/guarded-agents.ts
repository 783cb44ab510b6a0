import { lookup as resolveHost } from 'node:dns';
import { Agent as HttpAgent } from 'node:http';
import type { AgentOptions, ClientRequestArgs } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Socket, isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';
import { EndpointRefusedError } from '../errors.ts';
import { createAddressRules } from './address-rules.ts';
import type { AddressRules, Network } from './address-rules.ts';

export interface NetworkOptions {
  /** Networks that may be reached though they are private, loopback or the like, also without TLS. */
  readonly allowedNetworks?: readonly Network[];
  /** PEM of the authorities to trust instead of Node's. */
  readonly ca?: string;
  /** @default dns.lookup */
  readonly resolve?: typeof resolveHost;
}

export interface GuardedAgentsOptions extends NetworkOptions {
  /** Connections on which nothing moves for so long are broken. @default never */
  readonly idleMs?: number;
}

export interface GuardedAgents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
  /** Why the last connection to a host was refused, asked once: some clients pass on none of the errors of agents. */
  takeRefusal(host: string): EndpointRefusedError | undefined;
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
  idleMs,
}: GuardedAgentsOptions = {}): GuardedAgents {
  const rules = createAddressRules(allowedNetworks);
  const refusals = new Map<string, EndpointRefusedError>();
  const refuse = (host: string, why: string): EndpointRefusedError => {
    const error = new EndpointRefusedError(host, why);
    refusals.set(host, error);
    return error;
  };
  const guard = (connection: Connection): Guard =>
    createGuard({ rules, resolve, connection, refuse, idleMs });
  const options: AgentOptions = { keepAlive: true, maxSockets: 16 };
  const http = new GuardedHttpAgent(guard('plain'), options);
  const https = new GuardedHttpsAgent(guard('encrypted'), {
    ...options,
    ...(ca !== undefined && { ca }),
  });
  return {
    http,
    https,
    takeRefusal(host) {
      const refusal = refusals.get(host);
      refusals.delete(host);
      return refusal;
    },
    destroy() {
      http.destroy();
      https.destroy();
    },
  };
}

class GuardedHttpAgent extends HttpAgent {
  readonly #guard: Guard;

  constructor(guard: Guard, options: AgentOptions) {
    super(options);
    this.#guard = guard;
  }

  override createConnection(options: ClientRequestArgs, created?: Created): Duplex | null | undefined {
    return this.#guard(options, created, (guarded) => super.createConnection(guarded, created));
  }
}

class GuardedHttpsAgent extends HttpsAgent {
  readonly #guard: Guard;

  constructor(guard: Guard, options: AgentOptions & { readonly ca?: string }) {
    super(options);
    this.#guard = guard;
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

interface GuardOptions {
  readonly rules: AddressRules;
  readonly resolve: typeof resolveHost;
  readonly connection: Connection;
  readonly refuse: (host: string, why: string) => EndpointRefusedError;
  readonly idleMs: number | undefined;
}

function createGuard(guard: GuardOptions): Guard {
  const { rules, connection, refuse, idleMs } = guard;
  return (options, created, connect) => {
    const host = options.host ?? 'localhost';
    // Node resolves no literals, so that they do not pass the lookup.
    const refusal = isIP(host) === 0 ? rules.refusalOfName(host) : rules.refusalOf(host, connection);
    if (refusal === undefined) {
      const socket = connect({ ...options, lookup: guardedLookup(guard) });
      if (idleMs !== undefined && socket instanceof Socket) breakWhenIdle(socket, idleMs);
      return socket;
    }
    const error = refuse(host, refusal);
    // The agent hands the error to the request once the request listens; there is no stream then.
    process.nextTick(() => (created as ((error: Error) => void) | undefined)?.(error));
    return undefined;
  };
}

function breakWhenIdle(socket: Socket, idleMs: number): void {
  socket.setTimeout(idleMs, () => {
    socket.destroy(Object.assign(new Error('nothing moved on the connection'), { code: 'ETIMEDOUT' }));
  });
}

/** One address that must not be reached refuses the whole name: which one is taken is not ours to say. */
function guardedLookup({ rules, resolve, connection, refuse }: GuardOptions): LookupFunction {
  return (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      if (error) {
        done(error, []);
        return;
      }
      const refusal = addresses
        .map(({ address }) => rules.refusalOf(address, connection))
        .find((reason) => reason !== undefined);
      if (refusal !== undefined) done(refuse(host, refusal), []);
      else if (options.all === true) done(null, addresses);
      else done(null, addresses[0]?.address ?? '', addresses[0]?.family);
    });
  };
}
