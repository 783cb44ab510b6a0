import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import { credentials } from '@grpc/grpc-js';
import type { ChannelCredentials, ChannelOptions } from '@grpc/grpc-js';

export interface TlsChannel {
  readonly credentials: ChannelCredentials;
  readonly options: ChannelOptions;
}

/** Sent where a name has to be: an address may not be (RFC 6066, 3), and the library would send it. */
const noName = 'address.invalid';

/**
 * What a channel over TLS needs. The server's certificate must be for `host`, a name or an address.
 * @param host without a port and without brackets
 * @param ca certificates (PEM) to trust instead of those that Node brings
 */
export function tlsChannel(host: string, ca: Buffer | null): TlsChannel {
  if (isIP(host) === 0) return { credentials: credentials.createSsl(ca), options: {} };
  return {
    credentials: credentials.createSsl(ca, null, null, {
      checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
    }),
    options: { 'grpc.ssl_target_name_override': noName },
  };
}
