import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerSource } from '../source.ts';
import type { ServerTls } from './server-tls.ts';

export interface TlsFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Writes what a server's configuration names: `ca.pem`, `server.pem`, `server.key`. */
export function writeTlsFiles(folder: string, { ca, server }: ServerTls, source: ServerSource): TlsFiles {
  const files = {
    ca: join(folder, 'ca.pem'),
    cert: join(folder, 'server.pem'),
    key: join(folder, 'server.key'),
  };
  writeFileSync(files.ca, ca);
  writeFileSync(files.cert, server.cert);
  writeFileSync(files.key, server.key, { mode: 0o600 });
  for (const file of Object.values(files)) source.adopt(file);
  return files;
}
