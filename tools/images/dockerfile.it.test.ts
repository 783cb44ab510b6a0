import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratchDir } from '@ccd/testkit';
import { describeWithServers } from '@ccd/testkit/servers';
import { beforeAll, expect, it } from '@jest/globals';
import { z } from 'zod';
import { runProgram } from '../test-servers/run-program.ts';
import { buildImage } from './engine.ts';
import { imageConfig, packLayer, writeOciArchive } from './oci-archive.ts';
import { prepareContext } from './prepare-context.ts';

const inspectedSchema = z.object({ OCIv1: z.object({ config: z.unknown() }) });

describeWithServers('buildah', 'the Dockerfile', () => {
  const scratch = scratchDir();
  const folder = join(scratch, 'context');
  const storage = join(scratch, 'storage.conf');
  const env = { CONTAINERS_STORAGE_CONF: storage };
  const ask = async (...args: readonly string[]): Promise<string> =>
    (await runProgram('buildah', args, { env })).trim();

  beforeAll(async () => {
    // Images of its own, on whatever kind of file system.
    const places = `runroot = "${join(scratch, 'run')}"\ngraphroot = "${join(scratch, 'images')}"`;
    writeFileSync(storage, `[storage]\ndriver = "vfs"\n${places}\n`);
    await runProgram(process.execPath, ['tools/build.ts', '--quiet', '--out', scratch, 'decrypter'], {
      cwd: join(import.meta.dirname, '..', '..'),
    });
    await prepareContext({
      folder,
      built: join(scratch, 'apps'),
      apps: ['decrypter'],
      node: process.execPath,
      withLibraries: true,
    });
  }, 120_000);

  /** The folder that is the root of a container of the image. */
  async function build(base: string, reference: string): Promise<string> {
    const image = { app: 'decrypter', reference, folder, base, version: '1.2.3', revision: 'abc' };
    const { digest, size } = await buildImage('buildah', image, env);
    expect([digest, size]).toEqual([expect.stringMatching(/^sha256:/), expect.stringMatching(/^1\d\d MB$/)]);
    return ask('mount', await ask('from', reference));
  }
  const filesOf = async (root: string): Promise<readonly string[]> =>
    (await runProgram('find', ['.', '-type', 'f'], { cwd: root })).trim().split('\n').toSorted();

  it('makes of nothing an image of the context alone, which runs as its user and says what the archives say', async () => {
    const root = await build('scratch', 'localhost/decrypter:1');
    const given = await Promise.all(['node', 'apps/decrypter'].map((part) => filesOf(join(folder, part))));
    expect(await filesOf(root)).toEqual(given.flat().toSorted());
    const { OCIv1 } = inspectedSchema.parse(
      JSON.parse(await ask('inspect', '--type', 'image', 'localhost/decrypter:1')),
    );
    expect(OCIv1.config).toMatchObject({
      ...imageConfig,
      Env: expect.arrayContaining([...imageConfig.Env]) as unknown,
      Labels: {
        'org.opencontainers.image.title': 'decrypter',
        'org.opencontainers.image.version': '1.2.3',
        'org.opencontainers.image.revision': 'abc',
      },
    });
    const said = await runProgram('chroot', [
      `--userspec=${imageConfig.User}`,
      root,
      ...imageConfig.Entrypoint,
      '--help',
    ]);
    expect(said).toContain('decrypter takes no arguments');
  }, 120_000);

  it("puts the same on a base of one's own", async () => {
    const below = join(scratch, 'below');
    mkdirSync(join(below, 'etc'), { recursive: true });
    writeFileSync(join(below, 'etc', 'base'), 'of one of ours');
    const file = join(scratch, 'base.tar');
    await writeOciArchive({
      layers: [await packLayer(below)],
      reference: 'localhost/base:1',
      labels: {},
      file,
    });
    await ask('tag', await ask('pull', '--quiet', `oci-archive:${file}`), 'localhost/base:1');
    const root = await build('localhost/base:1', 'localhost/decrypter:2');
    expect(readFileSync(join(root, 'etc', 'base'), 'utf8')).toBe('of one of ours');
    expect(await filesOf(root)).toEqual(expect.arrayContaining(['./app/main.js', './etc/base']));
  }, 120_000);
});
