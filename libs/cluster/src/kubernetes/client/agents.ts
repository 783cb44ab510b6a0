import { Agent as HttpAgent } from 'node:http';
import { Agent } from 'node:https';
import type { Clock } from '@ccd/reconcile';
import type { Access } from '../connection/connection.ts';

/** Node's agents, which keep connections: one for the certificates and authorities of now, and those before it until they are drained. */
export interface Agents {
  /** For a request that begins now. */
  of(access: Access): HttpAgent;
  /** Cuts off whatever runs. */
  close(): void;
}

const mostConnections = 32;
/** All that runs ends within it: a watch, which runs for the longest, is ended by the server within four minutes. */
export const longestDrainMs = 300_000;

/** @param secure the server is asked over TLS */
export function createAgents(secure: boolean, clock: Clock): Agents {
  let current: { readonly agent: HttpAgent; readonly key: string } | undefined;
  const draining = new Set<HttpAgent>();
  const closing = new AbortController();

  /** Requests under way end as they began: a write that is cut off may have been carried out, or not. */
  const drain = (agent: HttpAgent): void => {
    // A connection is closed with the end of its request.
    agent.maxFreeSockets = 0;
    for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
    draining.add(agent);
    clock.sleep(longestDrainMs, closing.signal).then(
      () => {
        draining.delete(agent);
        agent.destroy();
      },
      () => {},
    );
  };

  return {
    of({ tls, proxy }) {
      const key = JSON.stringify(
        [tls.ca, tls.cert, tls.key, tls.servername, tls.rejectUnauthorized, proxy].map(String),
      );
      if (current?.key === key) return current.agent;
      if (current) drain(current.agent);
      const options = {
        keepAlive: true,
        maxSockets: mostConnections,
        maxFreeSockets: 4,
        timeout: 90_000,
        ...(proxy !== undefined && { proxyEnv: { HTTPS_PROXY: proxy, HTTP_PROXY: proxy } }),
      };
      current = { agent: secure ? new Agent({ ...options, ...tls }) : new HttpAgent(options), key };
      return current.agent;
    },
    close() {
      closing.abort(new Error('the connections are being closed'));
      for (const agent of draining) agent.destroy();
      draining.clear();
      current?.agent.destroy();
    },
  };
}
