import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findSource } from '../find-source.ts';
import { freePort } from '../free-port.ts';
import { accepts, startTestServer } from '../test-server.ts';
import type { TestServer } from '../test-server.ts';

/** A Cloud Storage without buckets, open to all: it looks at no credentials. */
export interface GcsServer extends TestServer {
  readonly endpoint: string;
}

/** Starts a fake-gcs-server on a folder. Throws `ServerMissingError` where there is none. */
export async function startGcs(): Promise<GcsServer> {
  const source = findSource('gcs');
  const server = await startTestServer(source, async (folder) => {
    const port = await freePort();
    const objects = join(folder, 'objects');
    mkdirSync(objects);
    return {
      port,
      command: {
        program: 'fake-gcs-server',
        args: [
          ...['-scheme', 'http', '-host', '127.0.0.1', '-port', String(port)],
          ...['-external-url', `http://127.0.0.1:${port}`, '-public-host', `127.0.0.1:${port}`],
          ...['-backend', 'filesystem', '-filesystem-root', objects, '-log-level', 'warn'],
        ],
      },
      isReady: () => accepts(port),
    };
  });
  return { ...server, endpoint: `http://127.0.0.1:${server.port}` };
}
