import { getCACertificates } from 'node:tls';
import { tlsChannel } from '@ccd/controlplane';
import type { TlsChannel } from '@ccd/controlplane';
import { credentials } from '@grpc/grpc-js';

/**
 * Plaintext exactly for hosts with `:50051` in them, TLS for all others: the rule of every client of this protocol.
 * Trusted are the machine's certificates and those that Node brings or was told of (NODE_EXTRA_CA_CERTS).
 * @param target name or address, with the port or without; an IPv6 address stands in brackets
 */
export function channelTo(target: string): TlsChannel {
  if (target.includes(':50051')) return { credentials: credentials.createInsecure(), options: {} };
  const trusted = new Set([...getCACertificates('default'), ...getCACertificates('system')]);
  const host = target.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return tlsChannel(host, Buffer.from([...trusted].join('\n')));
}
