import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratchDir } from '@ccd/testkit';
import { describe, expect, it } from '@jest/globals';
import { openSecretFiles } from './secret-files.ts';

const spec = (content: string) => ({
  name: 'connector',
  labels: {},
  hash: content,
  data: { credentials: Buffer.from(content) },
});

describe(openSecretFiles, () => {
  const scratch = scratchDir();

  it('removes what a crash left of a secret that was removed', async () => {
    const root = join(scratch, 'removed');
    mkdirSync(join(root, 'gone', 'v-1', 'data'), { recursive: true });
    writeFileSync(join(root, 'gone', 'v-1', 'data', 'credentials'), 'old');
    await openSecretFiles(root);
    expect(readdirSync(root)).toStrictEqual([]);
  });

  it('removes what a crash left of an update, and keeps what the secret is', async () => {
    const root = join(scratch, 'updated');
    await (await openSecretFiles(root)).write(spec('first'), 'uid');
    mkdirSync(join(root, 'connector', 'v-2', 'data'), { recursive: true });
    const secrets = await openSecretFiles(root);
    expect(readdirSync(join(root, 'connector'))).toHaveLength(2);
    expect(await secrets.find('connector')).toMatchObject({ uid: 'uid', appliedHash: 'first' });
  });
});
