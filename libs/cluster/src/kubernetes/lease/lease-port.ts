import { inventoryDocument } from '../../resources/inventory.ts';
import { isNotFound } from '../client/api-error.ts';
import { configMaps, leases, toPath } from '../client/resources.ts';
import type { Resource } from '../client/resources.ts';
import type { Transport } from '../client/transport.ts';
import { toIndexName } from '../state/document-objects.ts';
import type { Manifest } from '../template/manifest.ts';
import type { LeasePort } from './leadership.ts';

const timeoutMs = 4_000;

/**
 * The Lease of an agent on the API server. Not through the gate that a lease opens, and without repetition: an election knows
 * best when to ask again.
 */
export function createLeasePort(transport: Transport, namespace: string, agent: string): LeasePort {
  const get = async (resource: Resource, name: string): Promise<unknown> => {
    try {
      return await transport.ask({ method: 'GET', path: toPath(resource, namespace, name), timeoutMs });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  };
  const write = (method: 'POST' | 'PUT', lease: Manifest) =>
    transport.ask({
      method,
      path: toPath(leases, namespace, method === 'PUT' ? agent : undefined),
      body: JSON.stringify(lease),
      timeoutMs,
    });
  return {
    read: () => get(leases, agent),
    // No holder makes anything before its inventory stands there.
    hasBeenLed: async () => (await get(configMaps, toIndexName(agent, inventoryDocument))) !== undefined,
    create: (lease) => write('POST', lease),
    replace: (lease) => write('PUT', lease),
  };
}
