import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientStream } from '@ccd/controlplane';
import { scratchDir } from '@ccd/testkit';
import { describe, expect, it } from '@jest/globals';
import { createClientStreamsFile } from './client-streams-file.ts';

const folder = scratchDir();
const derived = {
  kind: 'derived',
  topic: 'stream-2',
  uuid: '2',
  name: 'demo-2',
  projectId: 'p',
  enabled: true,
  source: 'demo',
  consent: { type: 'GRANULAR', levels: [2] },
  policyId: '',
} as const;

describe(createClientStreamsFile, () => {
  it('gives back what was saved, for the owner alone, and no mask seed', async () => {
    const path = join(folder, 'sub', 'streams.json');
    const masking = { seed: 'a-secret-seed', fieldsByContract: new Map() };
    const streams: ClientStream[] = [{ clientId: 'stream-b', stream: { ...derived, masking } }];
    await createClientStreamsFile(path).save(streams);
    await expect(createClientStreamsFile(path).load()).resolves.toEqual([
      { clientId: 'stream-b', stream: derived },
    ]);
    expect(readFileSync(path, 'utf8')).not.toContain('a-secret-seed');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it.each(['', '[', '{"clientId":1}', '[{"clientId":"a","stream":{"kind":"other"}}]'])(
    'takes a file that holds %p for none',
    async (content) => {
      const path = join(folder, 'broken.json');
      writeFileSync(path, content);
      await expect(createClientStreamsFile(path).load()).resolves.toBeUndefined();
    },
  );
});
