import { z } from 'zod';
import type { ObjectClient } from './client/object-client.ts';
import { configMaps } from './client/resources.ts';
import { workloadLabel } from './template/marks.ts';
import { toFilesName } from './template/names.ts';

const ownerSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
});
/** A ConfigMap with the files of a workload. */
export const filesSchema = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    ownerReferences: z.array(ownerSchema).default([]),
  }),
  data: z.record(z.string(), z.string()).default({}),
  immutable: z.boolean().default(false),
});
export type Files = z.output<typeof filesSchema>;

/**
 * Whether the ConfigMaps of workloads hold what their names say. Lists show metadata alone; but a name carries the digest of the
 * files, and what is immutable holds the same as long as it lives, so that one look at each is enough.
 */
export interface FilesContents {
  /** Looks at those of a list that were not looked at before, and forgets all others. */
  look(listed: readonly { readonly name: string; readonly uid: string }[]): Promise<void>;
  /** Looks at one that is at hand. */
  note(object: unknown): boolean;
  /** False for what was not looked at. */
  holds(uid: string): boolean;
}

/** So many are asked for by name; of more, all are listed with what they hold. */
const mostByName = 20;

export function createFilesContents(objects: Pick<ObjectClient, 'get' | 'list'>): FilesContents {
  const known = new Map<string, boolean>();
  const note = (object: unknown): boolean => {
    const { metadata, data, immutable } = filesSchema.parse(object);
    const { name, uid, ownerReferences } = metadata;
    const isTrue = immutable && ownerReferences.some((owner) => toFilesName(owner.name, data) === name);
    known.set(uid, isTrue);
    return isTrue;
  };
  return {
    note,
    holds: (uid) => known.get(uid) === true,
    async look(listed) {
      const present = new Set(listed.map(({ uid }) => uid));
      for (const uid of known.keys()) if (!present.has(uid)) known.delete(uid);
      const unknown = listed.filter(({ uid }) => !known.has(uid));
      if (unknown.length > mostByName) {
        await objects.list(configMaps, workloadLabel, note);
        return;
      }
      const found = await Promise.all(unknown.map(({ name }) => objects.get(configMaps, name)));
      for (const object of found) if (object !== undefined) note(object);
    },
  };
}
