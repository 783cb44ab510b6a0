import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { runProgram } from '../test-servers/run-program.ts';

/** A layer as an archive holds it. */
export interface PackedLayer {
  /** Digest of the tar within. */
  readonly plain: string;
  /** Compressed. */
  readonly bytes: Uint8Array;
}

export interface ArchiveOptions {
  /** The lowest first. */
  readonly layers: readonly PackedLayer[];
  readonly reference: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The archive to write. */
  readonly file: string;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const sha256 = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const architecture = { x64: 'amd64', arm64: 'arm64' }[process.arch as 'x64' | 'arm64'];

/** What the image runs; the Dockerfile says the same to an engine. */
export const imageConfig = {
  User: '65532:65532',
  Env: ['NODE_ENV=production', 'HOME=/tmp'],
  Entrypoint: ['/usr/local/bin/node', '--disable-warning=ExperimentalWarning', '/app/main.js'],
  WorkingDir: '/app',
  StopSignal: 'SIGTERM',
} as const;

/** Packs a folder with what goes below `/`. The layer of Node is the same in all images, and takes longest. */
export async function packLayer(from: string): Promise<PackedLayer> {
  const folder = await mkdtemp(join(tmpdir(), 'oci-layer-'));
  try {
    const file = join(folder, 'layer.tar');
    await runProgram('tar', [...tarOptions, '-cf', file, '-C', from, '.']);
    const tar = await readFile(file);
    return { plain: sha256(tar), bytes: gzipSync(tar, { level: 6 }) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Writes an image as an OCI archive, which `docker load`, `podman load` and `ctr images import` take; no engine is needed.
 * The same files make the same bytes.
 * @returns the digest of the image
 */
export async function writeOciArchive({ layers, reference, labels, file }: ArchiveOptions): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'oci-'));
  try {
    const blobs = join(folder, 'blobs', 'sha256');
    await mkdir(blobs, { recursive: true });
    const store = async (mediaType: string, bytes: Uint8Array): Promise<Descriptor> => {
      const digest = sha256(bytes);
      await writeFile(join(blobs, digest.slice('sha256:'.length)), bytes);
      return { mediaType: `application/vnd.oci.image.${mediaType}`, digest, size: bytes.byteLength };
    };
    const storeJson = (mediaType: string, value: unknown) =>
      store(mediaType, Buffer.from(JSON.stringify(value)));

    const packed = await Promise.all(layers.map(({ bytes }) => store('layer.v1.tar+gzip', bytes)));
    const config = await storeJson('config.v1+json', {
      created: '1970-01-01T00:00:00Z',
      architecture,
      os: 'linux',
      config: { ...imageConfig, Labels: labels },
      rootfs: { type: 'layers', diff_ids: layers.map(({ plain }) => plain) },
    });
    const manifest = await storeJson('manifest.v1+json', {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config,
      layers: packed,
    });
    await writeFile(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
    const named = {
      ...manifest,
      annotations: {
        'io.containerd.image.name': reference,
        'org.opencontainers.image.ref.name': reference.slice(reference.lastIndexOf(':') + 1),
      },
    };
    await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [named] }));
    await runProgram('tar', [...tarOptions, '-cf', file, '-C', folder, 'blobs', 'index.json', 'oci-layout']);
    return manifest.digest;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const tarOptions = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'];

/** Bytes of an archive. */
export const sizeOf = async (file: string): Promise<number> => (await stat(file)).size;
