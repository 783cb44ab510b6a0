import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describeWithNeeds, eventually, scratchDir } from '@ccd/testkit';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { runProgram } from '../test-servers/run-program.ts';
import { imageApps, isImageApp, toReference } from './image-names.ts';
import { imageConfig, packLayer, writeOciArchive } from './oci-archive.ts';
import { prepareContext } from './prepare-context.ts';

const execute = promisify(execFile);
const root = resolve(import.meta.dirname, '..', '..');
const scratch = scratchDir();
const context = join(scratch, 'context');
const inApps = (app: string): string => join(context, 'apps', app, 'app');

const toPair = (setting: string): readonly [string, string] => {
  const [name = '', value = ''] = setting.split('=');
  return [name, value];
};

beforeAll(async () => {
  await runProgram(process.execPath, ['tools/build.ts', '--quiet', '--out', scratch, ...imageApps], {
    cwd: root,
  });
  await prepareContext({
    folder: context,
    built: join(scratch, 'apps'),
    apps: imageApps,
    node: process.execPath,
    withLibraries: process.platform === 'linux',
  });
}, 240_000);

describe(prepareContext, () => {
  it.each(imageApps)(
    '%s starts with nothing but its folder to read, and nothing to write to',
    async (app) => {
      const empty = join(scratch, 'empty', app);
      mkdirSync(empty, { recursive: true });
      const { stdout } = await execute(
        process.execPath,
        ['--permission', `--allow-fs-read=${inApps(app)}/*`, join(inApps(app), 'main.js'), '--help'],
        { cwd: empty, env: {} },
      );
      expect(stdout).toContain(
        app === 'cli' ? 'Usage: strm' : 'Its settings are variables of the environment',
      );
    },
  );

  it('leaves the maps of sources out, and the licences of others in', () => {
    for (const app of imageApps) {
      expect(existsSync(join(inApps(app), 'main.js.map'))).toBe(false);
      expect(readFileSync(join(inApps(app), 'main.js.LEGAL.txt'), 'utf8')).not.toBe('');
    }
  });

  it('gives files that anybody may read and nobody but root may write', () => {
    for (const app of imageApps) expect(statSync(join(inApps(app), 'main.js')).mode & 0o777).toBe(0o644);
    expect(statSync(join(context, 'node', 'usr', 'local', 'bin', 'node')).mode & 0o777).toBe(0o755);
  });
});

const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
describeWithNeeds(
  { missing: isRoot ? undefined : 'only root may change the root folder', inCi: 'skip' },
  'the files of an image',
  () => {
    /** What runs a program in the image of an app, as its user and with its environment. */
    const inImage = (app: string, ...args: readonly string[]) => {
      const [uid, gid] = imageConfig.User.split(':');
      const image = join(scratch, 'images', app);
      cpSync(join(context, 'node'), image, { recursive: true });
      cpSync(join(context, 'apps', app), image, { recursive: true });
      return {
        args: [`--userspec=${String(uid)}:${String(gid)}`, image, ...imageConfig.Entrypoint, ...args],
        env: {
          ...Object.fromEntries(imageConfig.Env.map(toPair)),
          PATH: process.env['PATH'],
        },
      };
    };

    it('are all that a process needs which is not root', async () => {
      const { args, env } = inImage('decrypter', '--help');
      const { stdout } = await execute('chroot', args, { env });
      expect(stdout).toContain('decrypter takes no arguments');
    });

    it('are all that a person needs at the command line', async () => {
      const { args, env } = inImage('cli', 'version');
      const { stdout } = await execute('chroot', args, { env });
      expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    });

    it('are all that a control plane needs, with the database that it brings', async () => {
      const { args, env } = inImage('control-plane');
      const settings = { DATA_DIR: '/tmp/data', GRPC_PORT: '0', AUTH_PORT: '0' };
      const child = spawn('chroot', args, {
        env: { ...env, ...settings },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const ended = once(child, 'exit');
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
      await eventually(
        'it runs',
        () => said.includes('control-plane is running') || child.exitCode !== null,
        30_000,
      );
      child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
      expect(said).toContain('control-plane has stopped');
    }, 60_000);
  },
);

describe(writeOciArchive, () => {
  const write = async (name: string): Promise<{ readonly file: string; readonly digest: string }> => {
    const file = join(scratch, `${name}.tar`);
    const layer = join(scratch, name);
    mkdirSync(join(layer, 'app'), { recursive: true });
    writeFileSync(join(layer, 'app', 'main.js'), 'the program');
    const digest = await writeOciArchive({
      layers: [await packLayer(layer)],
      reference: 'localhost/a:1',
      labels: { a: 'b' },
      file,
    });
    return { file, digest };
  };

  it('makes the same bytes of the same files', async () => {
    const [one, other] = [await write('one'), await write('other')];
    expect(one.digest).toBe(other.digest);
    expect(readFileSync(one.file).equals(readFileSync(other.file))).toBe(true);
  });

  it('holds one image, which engines find by its name', async () => {
    const { file, digest } = await write('named');
    const index: unknown = JSON.parse(await runProgram('tar', ['-xOf', file, 'index.json']));
    expect(index).toMatchObject({
      manifests: [{ digest, annotations: { 'io.containerd.image.name': 'localhost/a:1' } }],
    });
    const read = async (of: string): Promise<unknown> =>
      JSON.parse(await runProgram('tar', ['-xOf', file, `blobs/sha256/${of.replace('sha256:', '')}`]));
    const manifest = await read(digest);
    expect(manifest).toMatchObject({
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' }],
    });
    const { config } = manifest as { config: { digest: string } };
    expect(await read(config.digest)).toMatchObject({
      os: 'linux',
      config: { ...imageConfig, Labels: { a: 'b' } },
    });
  });

  it('says what the Dockerfile says', () => {
    const file = readFileSync(join(import.meta.dirname, 'Dockerfile'), 'utf8');
    expect(file).toContain(`\nUSER ${imageConfig.User}\n`);
    expect(file).toContain(`\nWORKDIR ${imageConfig.WorkingDir}\n`);
    expect(file).toContain(`\nSTOPSIGNAL ${imageConfig.StopSignal}\n`);
    expect(file).toContain(`\nENV ${imageConfig.Env.join(' ')}\n`);
    expect(file).toContain(`\nENTRYPOINT ${JSON.stringify(imageConfig.Entrypoint).replaceAll(',', ', ')}\n`);
  });
});

describe(toReference, () => {
  it('names images as a private registry has them', () => {
    expect(toReference('streams-agent', 'registry.example', '1')).toBe(
      'registry.example/management_entity-agents_streams-agent:1',
    );
    expect(isImageApp('standalone')).toBe(false);
  });
});
