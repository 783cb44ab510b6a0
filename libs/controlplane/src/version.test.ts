import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { version } from './version.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

describe('the version', () => {
  const packages = globSync('{package.json,{apps,libs}/*/package.json}', { cwd: root });
  const charts = globSync('charts/*/Chart.yaml', { cwd: root });

  it.each(packages)('is that of %s', (file) => {
    expect(JSON.parse(read(file))).toMatchObject({ version });
  });

  it.each(charts)('is that of the images of %s', (file) => {
    expect(read(file)).toContain(`\nappVersion: ${version}\n`);
  });
});
