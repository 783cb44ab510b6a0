import type { AgentOptions } from 'node:https';

/** What a request needs to be let in; asked for before each, since tokens and certificates change while we run. */
export interface Access {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: Pick<AgentOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;
  /** The URL of an HTTP proxy before the API server. */
  readonly proxy?: string;
}

/** Where an API server is, and as whom we speak to it. */
export interface Connection {
  readonly server: URL;
  /** The namespace that it names for us, if any. */
  readonly namespace: string | undefined;
  /** @param afterRefusal the last access was refused: nothing that was kept is good any more */
  access(afterRefusal: boolean): Promise<Access>;
}

/** What would tell us where the API server is, is missing or not usable. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}
