import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { descriptorsModule, indexModule } from './modules.ts';

describe(descriptorsModule, () => {
  it('holds the bytes in base64 that decodes to them, in lines of bearable length', () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, index) => index % 256);
    const source = descriptorsModule(bytes);
    const [, text = ''] = /`([^`]+)`/.exec(source) ?? [];
    expect(Uint8Array.from(Buffer.from(text, 'base64'))).toEqual(bytes);
    expect(Math.max(...source.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(110);
  });
});

describe(indexModule, () => {
  it('exports a namespace for each package of the public protocol, in camelCase and in order', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ccd-index-'));
    for (const name of ['streams.v1', 'batch_exporters.v1', 'streams']) {
      writeFileSync(join(folder, `index.strmprivacy.api.${name}.ts`), '');
    }
    const exported = indexModule(folder)
      .split('\n')
      .filter((line) => line.includes('strmprivacy.api') && line.startsWith('export'));
    rmSync(folder, { recursive: true });
    expect(exported).toEqual([
      "export * as batchExporters from './gen/index.strmprivacy.api.batch_exporters.v1.ts';",
      "export * as streams from './gen/index.strmprivacy.api.streams.v1.ts';",
    ]);
  });
});
