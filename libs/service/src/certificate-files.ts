import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Certificate } from './dual-protocol-server.ts';
import { errorFields } from './error-fields.ts';
import type { Logger } from './logger.ts';
import type { Component } from './start-service.ts';

/** Paths of a PEM chain and its private key. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** @throws Error when a file cannot be read */
export function readCertificateFiles({ certFile, keyFile }: CertificateFiles): Certificate {
  return { cert: readFileSync(certFile), key: readFileSync(keyFile) };
}

export interface CertificateWatchOptions {
  readonly files: CertificateFiles;
  /** What the files hold already. */
  readonly current: Certificate;
  /** Takes the new one. @throws Error when it is none */
  readonly use: (certificate: Certificate) => void;
  readonly clock: { sleep(ms: number, signal?: AbortSignal): Promise<void> };
  readonly logger: Logger;
  /** @default 10 000 ms */
  readonly intervalMs?: number;
}

/**
 * Looks at the files at intervals, since the mounted secrets of Kubernetes change by a switch of links that no watch of
 * a file sees, and hands over what changed. A pair that does not fit, as between the writes of its two files, is tried
 * again; until then the old one serves.
 */
export function createCertificateWatch(options: CertificateWatchOptions): Component {
  const { files, use, clock, logger, intervalMs = 10_000 } = options;
  const stopping = new AbortController();
  let inUse = options.current;
  let loop: Promise<void> = Promise.resolve();

  async function look(): Promise<void> {
    const fresh = { cert: await readFile(files.certFile), key: await readFile(files.keyFile) };
    if (fresh.cert.equals(asBytes(inUse.cert)) && fresh.key.equals(asBytes(inUse.key))) return;
    use(fresh);
    inUse = fresh;
    logger.info({ file: files.certFile }, 'a new certificate is used');
  }

  return {
    name: 'certificate-watch',
    async start() {
      loop = (async () => {
        while (!stopping.signal.aborted) {
          await clock.sleep(intervalMs, stopping.signal);
          await look().catch((error: unknown) => {
            logger.warn(
              { error: errorFields(error) },
              'the certificate could not be renewed; the old one serves',
            );
          });
        }
      })().catch(() => {
        // Only the stop ends the loop.
      });
    },
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}

const asBytes = (pem: string | Buffer): Buffer => (typeof pem === 'string' ? Buffer.from(pem) : pem);
