import { createHash } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { WorkloadSpec } from '../port.ts';
import { assertWorkloadSpec, isObjectName } from '../spec-rules.ts';
import { workloadSchema } from '../workload-schema.ts';
import { makeFolder, namesIn, readIfThere, removeFile, removeTemporaries, replaceFile } from './files.ts';

const storedSchema = z.object({
  uid: z.string(),
  /** Over the spec as it was applied: tells an edit by hand. */
  digest: z.string(),
  spec: workloadSchema,
});

export interface StoredWorkload {
  readonly uid: string;
  readonly spec: WorkloadSpec;
  /** The applied hash, or another text where the file says something else than what was applied. */
  readonly liveHash: string;
}

/** The specs of workloads, one JSON file each: what runs again after a restart. */
export interface WorkloadFiles {
  /** Reads all of them. A file that cannot be read as a workload is set aside and named to `onBroken`. */
  load(onBroken: (name: string) => void): Promise<readonly StoredWorkload[]>;
  read(name: string): Promise<StoredWorkload | undefined>;
  write(spec: WorkloadSpec, uid: string): Promise<void>;
  remove(name: string): Promise<void>;
}

export async function openWorkloadFiles(root: string): Promise<WorkloadFiles> {
  await makeFolder(root);
  await removeTemporaries(root);
  const pathOf = (name: string): string => join(root, `${name}.json`);

  const read = async (name: string): Promise<StoredWorkload | undefined> => {
    const text = await readIfThere(pathOf(name));
    return text === undefined ? undefined : parse(text, name);
  };
  return {
    read,
    async load(onBroken) {
      const names = (await namesIn(root))
        .filter((name) => name.endsWith('.json'))
        .map((name) => name.slice(0, -5));
      const found: StoredWorkload[] = [];
      for (const name of names) {
        const stored = isObjectName(name) ? await read(name) : undefined;
        if (stored) {
          found.push(stored);
        } else {
          await rename(pathOf(name), `${pathOf(name)}.broken`);
          onBroken(name);
        }
      }
      return found;
    },
    write: (spec, uid) =>
      replaceFile(pathOf(spec.name), JSON.stringify({ uid, digest: digestOf(spec), spec }, null, 2)),
    remove: (name) => removeFile(pathOf(name)),
  };
}

/** Undefined for what no write of ours has left: somebody has edited the file. */
function parse(text: string, name: string): StoredWorkload | undefined {
  try {
    const { uid, digest, spec } = storedSchema.parse(JSON.parse(text));
    assertWorkloadSpec(spec);
    if (spec.name !== name) return undefined;
    const found = digestOf(spec);
    return { uid, spec, liveHash: found === digest ? spec.hash : `edited-${found}` };
  } catch {
    return undefined;
  }
}

export const digestOf = (spec: WorkloadSpec): string =>
  createHash('sha256')
    .update(JSON.stringify([...contentOf(spec), sorted(spec.labels), sorted(spec.annotations), spec.hash]))
    .digest('hex');

/** What a running process depends on. */
const contentOf = ({ name, app, env, files, secrets }: WorkloadSpec): readonly unknown[] => [
  name,
  app,
  sorted(env),
  sorted(files),
  secrets.toSorted(),
];

const sorted = (record: Readonly<Record<string, string>>): readonly (readonly [string, string])[] =>
  Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1));

/** Whether a process that runs by one spec serves the other as well: only labels, annotations or the hash differ. */
export const runsTheSame = (one: WorkloadSpec, other: WorkloadSpec): boolean =>
  JSON.stringify(contentOf(one)) === JSON.stringify(contentOf(other));
