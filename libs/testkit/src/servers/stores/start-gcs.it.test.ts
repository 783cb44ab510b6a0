import { existsSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { Storage } from '@google-cloud/storage';
import { describeWithServers, startGcs, uniqueName, useServer } from '../index.ts';
import type { GcsServer } from '../index.ts';

function clientOf({ endpoint }: GcsServer): Storage {
  return new Storage({
    apiEndpoint: endpoint,
    projectId: 'test',
    useAuthWithCustomEndpoint: false,
    retryOptions: { autoRetry: false },
  });
}

describeWithServers('gcs', 'startGcs', () => {
  const server = useServer(() => startGcs());

  it('keeps objects through a kill', async () => {
    const bucket = clientOf(server()).bucket(uniqueName('bucket'));
    await bucket.create();
    await bucket.file('folder/object').save('text', { resumable: false });
    await server().kill();
    await server().restart();
    const [content] = await bucket.file('folder/object').download();
    expect(content.toString()).toBe('text');
  });

  it('answers nothing while it is paused', async () => {
    const ask = (signal: AbortSignal): Promise<Response> =>
      fetch(`${server().endpoint}/storage/v1/b?project=test`, { signal });
    await server().pause();
    await expect(ask(AbortSignal.timeout(100))).rejects.toThrow('timeout');
    await server().resume();
    await expect(ask(AbortSignal.timeout(10_000))).resolves.toMatchObject({ status: 200 });
  });

  it('is gone with its folder when it is stopped', async () => {
    const other = await startGcs();
    await other.stop();
    expect(existsSync(other.folder)).toBe(false);
    await expect(fetch(other.endpoint)).rejects.toThrow('fetch failed');
  });
});
