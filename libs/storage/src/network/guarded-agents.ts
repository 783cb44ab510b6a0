import { Agent as HttpAgent } from 'node:http';
import type { AgentOptions, ClientRequestArgs } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { EndpointRefusedError } from '../errors.ts';
import { createGuard } from './guarded-lookup.ts';
import type { Connection, Guard, NetworkOptions } from './guarded-lookup.ts';

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

type Created = (error: Error | null, stream: Duplex) => void;

/**
 * Agents that connect to no address which an endpoint chosen by others must not reach (EndpointRefusedError). What is
 * checked is the address that is connected to: names are resolved once, here.
 */
export function createGuardedAgents({ ca, idleMs, ...network }: GuardedAgentsOptions = {}): GuardedAgents {
  const refusals = new Map<string, EndpointRefusedError>();
  const guard = (connection: Connection): GuardedConnect =>
    createGuardedConnect(
      createGuard(network, connection, (error) => refusals.set(error.host, error)),
      idleMs,
    );
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
  readonly #guard: GuardedConnect;

  constructor(guard: GuardedConnect, options: AgentOptions) {
    super(options);
    this.#guard = guard;
  }

  override createConnection(options: ClientRequestArgs, created?: Created): Duplex | null | undefined {
    return this.#guard(options, created, (guarded) => super.createConnection(guarded, created));
  }
}

class GuardedHttpsAgent extends HttpsAgent {
  readonly #guard: GuardedConnect;

  constructor(guard: GuardedConnect, options: AgentOptions & { readonly ca?: string }) {
    super(options);
    this.#guard = guard;
  }

  override createConnection(options: ClientRequestArgs, created?: Created): Duplex | null | undefined {
    return this.#guard(options, created, (guarded) => super.createConnection(guarded, created));
  }
}

type GuardedConnect = (
  options: ClientRequestArgs,
  created: Created | undefined,
  connect: (options: ClientRequestArgs) => Duplex | null | undefined,
) => Duplex | null | undefined;

function createGuardedConnect(guard: Guard, idleMs: number | undefined): GuardedConnect {
  return (options, created, connect) => {
    const refusal = guard.refusalOf(options.host ?? 'localhost');
    if (refusal === undefined) {
      const socket = connect({ ...options, lookup: guard.lookup });
      if (idleMs !== undefined && socket instanceof Socket) breakWhenIdle(socket, idleMs);
      return socket;
    }
    // The agent hands the error to the request once the request listens; there is no stream then.
    process.nextTick(() => (created as ((error: Error) => void) | undefined)?.(refusal));
    return undefined;
  };
}

function breakWhenIdle(socket: Socket, idleMs: number): void {
  socket.setTimeout(idleMs, () => {
    socket.destroy(Object.assign(new Error('nothing moved on the connection'), { code: 'ETIMEDOUT' }));
  });
}
