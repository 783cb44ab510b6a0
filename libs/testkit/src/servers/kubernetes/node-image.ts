import { execFile } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { writeImageArchive } from './image-archive.ts';

export interface NodeImageWish {
  /** Of the image's own, for its root and the archive. */
  readonly folder: string;
  readonly name: string;
  /** Source of a module that the image runs; without one, what a pod gives as arguments of Node. */
  readonly program?: string;
}

/** Packs an image with the Node that runs this process and the libraries that it is linked with. Answers with the archive. */
export async function writeNodeImage({ folder, name, program }: NodeImageWish): Promise<string> {
  const root = join(folder, 'root');
  const { stdout } = await promisify(execFile)('ldd', [process.execPath]);
  for (const library of stdout.match(/\/\S+/g) ?? []) {
    await mkdir(join(root, dirname(library)), { recursive: true });
    await copyFile(library, join(root, library));
  }
  await copyFile(process.execPath, join(root, 'node'));
  if (program !== undefined) await writeFile(join(root, 'main.mjs'), program);
  const entrypoint = program === undefined ? ['/node'] : ['/node', '/main.mjs'];
  const archive = join(folder, 'image.tar');
  await writeImageArchive(archive, { name, root, entrypoint });
  return archive;
}
