/** Where a server listens. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

/** Certificates in PEM. Without `ca` the system's authorities count. */
export interface RedisTls {
  readonly ca?: string;
  /** The client's own certificate with its key, where the server asks for one. */
  readonly cert?: string;
  readonly key?: string;
  /**
   * The name to find in the certificates of all servers, sentinels too. @default the host, which is an address where
   * sentinels or a cluster announce addresses
   */
  readonly servername?: string;
}

/** One server, one that sentinels name, or a cluster of which some nodes are known. */
export type RedisTopology =
  | ({ readonly mode: 'standalone' } & RedisAddress)
  | {
      readonly mode: 'sentinel';
      readonly sentinels: readonly RedisAddress[];
      /** The primary's name among the sentinels. */
      readonly name: string;
      readonly sentinelUsername?: string;
      readonly sentinelPassword?: string;
    }
  | { readonly mode: 'cluster'; readonly nodes: readonly RedisAddress[] };

export type RedisOptions = RedisTopology & {
  readonly username?: string;
  readonly password?: string;
  /** Absent: cleartext. */
  readonly tls?: RedisTls;
  /** How long a command may take, the wait for a connection included. */
  readonly timeoutMs: number;
};
