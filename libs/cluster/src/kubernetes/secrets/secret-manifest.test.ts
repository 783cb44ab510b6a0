import { describe, expect, it } from '@jest/globals';
import { toSecretManifest } from './secret-manifest.ts';

describe(toSecretManifest, () => {
  it('encodes what it holds, under a type that tells it from all others', () => {
    const manifest = toSecretManifest({ name: 's', labels: {}, data: { a: Buffer.from('x') }, hash: 'h' });
    expect(manifest).toMatchObject({
      kind: 'Secret',
      type: 'ccd/secret',
      data: { a: 'eA==' },
      metadata: { annotations: { 'ccd/hash': 'h' } },
    });
  });
});
