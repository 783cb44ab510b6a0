import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { KubernetesNodeServer } from '@ccd/testkit/servers';
import { clone } from '../processes/build-apps.ts';

export interface ImagesWish {
  /** For the archives; of them alone. */
  readonly folder: string;
  readonly registry: string;
  readonly tag: string;
  readonly apps: readonly string[];
  /** Where their sources are. @default here */
  readonly checkout?: string;
}

/** Builds the images of apps as archives, and gives them to the node. Answers with their references. */
export async function importImages(
  node: Pick<KubernetesNodeServer, 'importImage'>,
  { folder, registry, tag, apps, checkout = clone }: ImagesWish,
): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['tools/images.ts', '--registry', registry, '--tag', tag, '--archives', folder, ...apps],
    { cwd: checkout },
  );
  for (const archive of await readdir(folder)) await node.importImage(join(folder, archive));
  return stdout.split('\n').flatMap((line) => /^\S+/.exec(line) ?? []);
}

/** The same image under another tag. */
export const withTag = (reference: string, tag: string): string => reference.replace(/:[^:/]+$/, `:${tag}`);
