/**
 * Builds the images of the apps.
 * usage: npm run images -- [--base IMAGE] [--registry R] [--tag T] [--archives FOLDER] [app …]
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { imageApps, isImageApp, toReference } from './images/image-names.ts';
import type { ImageApp } from './images/image-names.ts';
import { buildImage, findEngine, mebibytes } from './images/engine.ts';
import { packLayer, sizeOf, writeOciArchive } from './images/oci-archive.ts';
import { prepareContext } from './images/prepare-context.ts';
import { runProgram } from './test-servers/run-program.ts';

const root = resolve(import.meta.dirname, '..');
const help = `usage: npm run images -- [--base IMAGE] [--registry R] [--tag T] [--archives FOLDER] [app …]

Builds the images of these apps, or of all that have one: ${imageApps.join(', ')}.
  --base      image to begin with (default: scratch, to which the libraries that Node needs are copied from this machine)
  --registry  what references begin with (default: localhost)
  --tag       their tag (default: the version of the repository)
  --archives  writes OCI archives into this folder instead, for docker load, podman load or ctr images import; needs no
              engine, and has no base`;

function parse() {
  const { values, positionals } = parseArgs({
    options: {
      base: { type: 'string', default: 'scratch' },
      registry: { type: 'string', default: 'localhost' },
      tag: { type: 'string', default: process.env['npm_package_version'] ?? '0.1.0' },
      archives: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !isImageApp(name));
  if (unknown.length > 0) throw new Error(`no image is made of ${unknown.join(', ')}`);
  if (values.archives !== undefined && values.base !== 'scratch') throw new Error('archives have no base');
  const apps = positionals.length === 0 ? imageApps : positionals.filter(isImageApp);
  return { ...values, apps };
}

async function main(): Promise<void> {
  const { base, registry, tag, archives, apps, help: wantsHelp } = parse();
  if (wantsHelp === true) {
    console.log(help);
    return;
  }
  const engine = archives === undefined ? await findEngine() : undefined;
  const scratch = await mkdtemp(join(tmpdir(), 'images-'));
  try {
    await runProgram(process.execPath, ['tools/build.ts', '--quiet', '--out', scratch, ...apps], {
      cwd: root,
    });
    const folder = join(scratch, 'context');
    await prepareContext({
      folder,
      built: join(scratch, 'apps'),
      apps,
      node: process.execPath,
      withLibraries: base === 'scratch',
    });
    const revision = (await runProgram('git', ['rev-parse', 'HEAD'], { cwd: root })).trim();
    const make =
      engine === undefined
        ? await toArchives({ folder, tag, revision, to: resolve(archives ?? '') })
        : (app: ImageApp, reference: string) =>
            buildImage(engine, { app, reference, folder, base, version: tag, revision });
    for (const app of apps) {
      const reference = toReference(app, registry, tag);
      const made = await make(app, reference);
      console.log(`${reference.padEnd(70)} ${made.size.padStart(10)}  ${made.digest}`);
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface ToArchives {
  /** The build context. */
  readonly folder: string;
  readonly tag: string;
  readonly revision: string;
  readonly to: string;
}

async function toArchives({ folder, tag, revision, to }: ToArchives) {
  await mkdir(to, { recursive: true });
  const node = await packLayer(join(folder, 'node'));
  return async (app: ImageApp, reference: string) => {
    const file = join(to, `${app}.tar`);
    const digest = await writeOciArchive({
      layers: [node, await packLayer(join(folder, 'apps', app))],
      reference,
      labels: {
        'org.opencontainers.image.title': app,
        'org.opencontainers.image.version': tag,
        'org.opencontainers.image.revision': revision,
        'org.opencontainers.image.licenses': 'Apache-2.0',
      },
      file,
    });
    return { digest, size: `${mebibytes(await sizeOf(file))} packed` };
  };
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
