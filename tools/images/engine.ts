import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../test-servers/run-program.ts';

export type Engine = 'docker' | 'podman' | 'buildah';

const engines: readonly Engine[] = ['docker', 'podman', 'buildah'];

/** The first engine of this machine that answers. @throws where none does */
export async function findEngine(): Promise<Engine> {
  for (const engine of engines) {
    try {
      await runProgram(engine, ['info']);
      return engine;
    } catch {
      // Not here, or not running.
    }
  }
  throw new Error(`none of ${engines.join(', ')} answers; --archives FOLDER needs none of them`);
}

export interface ImageToBuild {
  readonly app: string;
  readonly reference: string;
  /** The build context. */
  readonly folder: string;
  readonly base: string;
  readonly version: string;
  readonly revision: string;
}

/** Builds one image from the prepared context; its size is unpacked. @param env what else the engine finds in its environment */
export async function buildImage(
  engine: Engine,
  image: ImageToBuild,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly digest: string; readonly size: string }> {
  const { app, reference, folder, base, version, revision } = image;
  await copyFile(join(import.meta.dirname, 'Dockerfile'), join(folder, 'Dockerfile'));
  const given = { BASE: base, APP: app, VERSION: version, REVISION: revision };
  const ask = (...args: readonly string[]): Promise<string> => runProgram(engine, args, { env });
  await ask(
    'build',
    ...Object.entries(given).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    ...['--tag', reference, folder],
  );
  if (engine === 'buildah') {
    const said = await ask('images', '--no-trunc', '--format', '{{.ID}},{{.Size}}', reference);
    const [digest = '', size = ''] = said.trim().split(',');
    return { digest, size };
  }
  const said = await ask('image', 'inspect', '--format', '{{.Id}},{{.Size}}', reference);
  const [digest = '', bytes = ''] = said.trim().split(',');
  return { digest, size: mebibytes(Number(bytes)) };
}

/** For people. */
export const mebibytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
