import { getCACertificates } from 'node:tls';
import { credentials } from '@grpc/grpc-js';
import type { ChannelCredentials } from '@grpc/grpc-js';

/**
 * Plaintext exactly for hosts with `:50051` in them, TLS for all others: the rule of every client of this protocol.
 * Trusted are the machine's certificates and those that Node brings or was told of (NODE_EXTRA_CA_CERTS).
 */
export function channelCredentials(host: string): ChannelCredentials {
  if (host.includes(':50051')) return credentials.createInsecure();
  const trusted = new Set([...getCACertificates('default'), ...getCACertificates('system')]);
  return credentials.createSsl(Buffer.from([...trusted].join('\n')));
}
