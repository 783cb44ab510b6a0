import { Socket } from 'node:net';
import type { SocketConnectOpts } from 'node:net';
import { createGuard } from './guarded-lookup.ts';
import type { Connection, Guard, NetworkOptions } from './guarded-lookup.ts';

export interface GuardedSocketOptions {
  readonly host: string;
  readonly port: number;
  /** What is to be spoken over it. */
  readonly connection: Connection;
  readonly network: NetworkOptions;
}

/**
 * A socket for clients of databases, which connect it themselves: to its own host whatever they ask for, and to no
 * address that an endpoint chosen by others must not reach (EndpointRefusedError).
 */
export function createGuardedSocket({ host, port, connection, network }: GuardedSocketOptions): Socket {
  return new GuardedSocket({ host, port }, createGuard(network, connection));
}

class GuardedSocket extends Socket {
  readonly #target: { readonly host: string; readonly port: number };
  readonly #guard: Guard;

  constructor(target: { readonly host: string; readonly port: number }, guard: Guard) {
    super();
    this.#target = target;
    this.#guard = guard;
  }

  override connect(_ignored?: SocketConnectOpts | number | string, ..._rest: readonly unknown[]): this {
    const refusal = this.#guard.refusalOf(this.#target.host);
    if (refusal === undefined) return super.connect({ ...this.#target, lookup: this.#guard.lookup });
    return this.destroy(refusal);
  }
}
