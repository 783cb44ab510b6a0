import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestCertificate } from './authority.ts';

export interface TlsFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Writes what a server's configuration names: `ca.pem`, `server.pem`, `server.key`. */
export function writeTlsFiles(
  folder: string,
  { ca, server }: { readonly ca: string; readonly server: TestCertificate },
): TlsFiles {
  const files = {
    ca: join(folder, 'ca.pem'),
    cert: join(folder, 'server.pem'),
    key: join(folder, 'server.key'),
  };
  writeFileSync(files.ca, ca);
  writeFileSync(files.cert, server.cert);
  writeFileSync(files.key, server.key, { mode: 0o600 });
  return files;
}
