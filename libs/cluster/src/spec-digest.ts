import { createHash } from 'node:crypto';
import type { Labels, WorkloadSpec } from './port.ts';

/**
 * A digest of what a workload is made of, its hash aside. The order in which things are named makes no difference.
 * @param files the files, or what stands for them
 */
export const toSpecDigest = (
  { name, app, labels, annotations, env, secrets }: Omit<WorkloadSpec, 'files' | 'hash'>,
  files: Labels | string,
): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        name,
        app,
        sorted(labels),
        sorted(annotations),
        sorted(env),
        secrets.toSorted(),
        typeof files === 'string' ? files : sorted(files),
      ]),
    )
    .digest('base64url');

const sorted = (record: Labels): readonly (readonly [string, string])[] =>
  Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1));
