import { readFileSync } from 'node:fs';
import type { Server } from '@grpc/grpc-js';
import { ServerCredentials } from '@grpc/grpc-js';
import { ListenError } from '@ccd/service';
import type { ControlPlaneConfig } from './config.ts';

/** TLS was asked for without a certificate. */
export class CertificateMissingError extends Error {
  override readonly name = 'CertificateMissingError';
  constructor(setting: string) {
    super(`${setting} needs TLS_CERT_FILE and TLS_KEY_FILE`);
  }
}

export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** @throws CertificateMissingError */
export function readCertificate(config: ControlPlaneConfig, setting: string): Certificate {
  const { TLS_CERT_FILE: cert, TLS_KEY_FILE: key } = config;
  if (cert === undefined || key === undefined) throw new CertificateMissingError(setting);
  return { cert: readFileSync(cert), key: readFileSync(key) };
}

/** Binds the gRPC server to one port, in plaintext or, with a certificate, over TLS. Resolves with the port. @throws ListenError */
export function bind(server: Server, host: string, port: number, certificate?: Certificate): Promise<number> {
  const credentials =
    certificate === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(null, [{ cert_chain: certificate.cert, private_key: certificate.key }]);
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync(address, credentials, (error, bound) => {
    if (error === null) resolve(bound);
    else reject(new ListenError(host, port, toSystemError(error)));
  });
  return promise;
}

/** The library keeps the system's reason in the text of its error alone. */
function toSystemError(error: Error): Error {
  const code = /\bE[A-Z]{4,}\b/.exec(error.message)?.[0];
  return code === undefined ? error : Object.assign(new Error(error.message, { cause: error }), { code });
}

/** Lets running calls end, for at most `graceMs`; streams that watch for changes never end by themselves. */
export async function shutDown(server: Server, graceMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const cut = setTimeout(() => {
    server.forceShutdown();
    resolve(undefined);
  }, graceMs);
  server.tryShutdown(() => {
    resolve(undefined);
  });
  await promise;
  clearTimeout(cut);
}
