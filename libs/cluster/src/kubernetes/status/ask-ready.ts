import { get } from 'node:http';

export interface PodAddress {
  readonly host: string;
  readonly port: number;
}

/** What a worker answers at `/ready` while it is not; undefined where it is, or says too much. Rejects where it cannot be reached. */
export type AskReady = (address: PodAddress, signal: AbortSignal) => Promise<string | undefined>;

const mostBytes = 16_384;

export const askReady: AskReady = (address, signal) =>
  new Promise((resolve, reject) => {
    const asked = get({ ...address, path: '/ready', agent: false, signal }, (answer) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.byteLength;
        if (bytes > mostBytes) {
          resolve(undefined);
          asked.destroy();
        } else chunks.push(chunk);
      });
      answer.once('error', reject);
      answer.once('end', () => {
        resolve(answer.statusCode === 503 ? Buffer.concat(chunks).toString('utf8') : undefined);
      });
    });
    asked.once('error', reject);
  });
