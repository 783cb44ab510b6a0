import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface ImageWish {
  /** With a registry's name before it and a tag behind, such as `ccd.local/pause:1`. */
  readonly name: string;
  /** The folder that is the image's root. */
  readonly root: string;
  readonly entrypoint?: readonly string[];
}

/**
 * Packs a folder as an image of one layer, in the format of `docker save`, which needs no container engine: containerd
 * imports it, `docker load` and `buildah pull docker-archive:` read it as well.
 * @see https://github.com/moby/docker-image-spec/blob/v1.3.1/spec.md
 */
export async function writeImageArchive(
  archive: string,
  { name, root, entrypoint = [] }: ImageWish,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ccd-image-'));
  try {
    const layer = join(folder, 'layer.tar');
    await execute('tar', ['--create', '--numeric-owner', '--file', layer, '--directory', root, '.']);
    const config = {
      os: 'linux',
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      config: { Entrypoint: entrypoint, Env: ['PATH=/usr/local/bin:/usr/bin:/bin'] },
      rootfs: { type: 'layers', diff_ids: [`sha256:${await sha256(layer)}`] },
    };
    const manifest = [{ Config: 'config.json', RepoTags: [name], Layers: ['layer.tar'] }];
    await writeFile(join(folder, 'config.json'), JSON.stringify(config));
    await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
    const parts = ['manifest.json', 'config.json', 'layer.tar'];
    await execute('tar', ['--create', '--file', archive, '--directory', folder, ...parts]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
