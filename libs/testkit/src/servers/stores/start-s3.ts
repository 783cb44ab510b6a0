import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findSource } from '../find-source.ts';
import { keptPort, keptText } from '../kept.ts';
import { accepts, startTestServer } from '../test-server.ts';
import type { TestServer } from '../test-server.ts';
import type { ServerTls } from '../tls/server-tls.ts';
import { writeTlsFiles } from '../tls/write-tls-files.ts';

export interface S3Options {
  /** HTTPS instead of HTTP. */
  readonly tls?: Omit<ServerTls, 'clients'>;
  /**
   * A folder for its data, settings and ports that is kept when it is stopped, and taken up again by the next start;
   * absent: one that goes with it.
   */
  readonly home?: string;
}

/** An S3 without buckets. Clients address it by path (`forcePathStyle`). */
export interface S3Server extends TestServer {
  readonly endpoint: string;
  readonly region: 'us-east-1';
  /** Of an account that may do everything. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Folder with a folder for each bucket, where the objects are files. */
  readonly objects: string;
}

/** Starts a versitygw over a folder. Throws `ServerMissingError` where there is none. */
export async function startS3({ tls, home }: S3Options = {}): Promise<S3Server> {
  const source = findSource('s3');
  const accessKeyId = keptText(home, 'accessKeyId', () => `test${randomBytes(6).toString('hex')}`);
  const secretAccessKey = keptText(home, 'secretAccessKey', () => randomBytes(20).toString('hex'));
  let objects = '';
  const server = await startTestServer(
    source,
    async (folder) => {
      const port = await keptPort(home, 'port');
      objects = join(folder, 'objects');
      mkdirSync(objects, { recursive: true });
      const files = tls && writeTlsFiles(folder, tls, source);
      return {
        port,
        command: {
          program: 'versitygw',
          args: [
            ...['--port', `127.0.0.1:${port}`, '--quiet', '--keep-alive'],
            ...(files === undefined ? [] : ['--cert', files.cert, '--key', files.key]),
            ...['posix', objects],
          ],
          env: { ROOT_ACCESS_KEY: accessKeyId, ROOT_SECRET_KEY: secretAccessKey },
        },
        isReady: () => accepts(port),
      };
    },
    home,
  );
  return {
    ...server,
    endpoint: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${server.port}`,
    region: 'us-east-1',
    accessKeyId,
    secretAccessKey,
    objects,
  };
}
