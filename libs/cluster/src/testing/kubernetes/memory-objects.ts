import { randomUUID } from 'node:crypto';
import { ApiError } from '../../kubernetes/client/api-error.ts';
import type { ObjectClient } from '../../kubernetes/client/object-client.ts';
import type { Resource } from '../../kubernetes/client/resources.ts';
import type { Manifest } from '../../kubernetes/template/manifest.ts';

export interface MemoryObjects extends ObjectClient {
  names(resource: Resource): readonly string[];
  writes(): number;
  /** So many calls of the operation pass, and all after them fail. */
  failAfter(operation: 'create' | 'replace', calls: number): void;
  drop(resource: Resource, name: string): void;
  /** What garbage collection would remove: what has owners, and none that is there. */
  collectGarbage(): void;
}

const refusal = (code: number, reason: string, message = '', field = '') =>
  new ApiError(code, JSON.stringify({ kind: 'Status', reason, message, details: { causes: [{ field }] } }));
const otherUid = () =>
  refusal(409, 'Conflict', 'Precondition failed: UID in precondition: a, UID in object meta: b');

/** Objects in memory with the preconditions of an API server: names, resource versions, uids, and types, which stay. */
export function createMemoryObjects(): MemoryObjects {
  const stored = new Map<string, Manifest>();
  const passes = { create: Number.POSITIVE_INFINITY, replace: Number.POSITIVE_INFINITY };
  let [version, writes] = [0, 0];
  const keyOf = ({ plural }: Resource, name: string): string => `${plural}/${name}`;
  const check = (operation: 'create' | 'replace'): void => {
    if (passes[operation] <= 0) throw refusal(500, 'InternalError');
    passes[operation] -= 1;
  };
  const put = (resource: Resource, manifest: Manifest, uid: string): Manifest => {
    writes += 1;
    const object = {
      ...manifest,
      metadata: { ...manifest.metadata, uid, resourceVersion: String((version += 1)) },
    };
    stored.set(keyOf(resource, manifest.metadata.name), object);
    return object;
  };
  const select = <T>(
    resource: Resource,
    selector: string | undefined,
    project: (item: unknown) => T,
  ): readonly T[] => {
    const wanted = (selector?.split(',') ?? []).map((part) => part.split('='));
    return [...stored]
      .filter(([key]) => key.startsWith(`${resource.plural}/`))
      .filter(([, { metadata }]) =>
        wanted.every(([label = '', value]) => {
          const there = metadata.labels?.[label];
          return value === undefined ? there !== undefined : there === value;
        }),
      )
      .map(([, object]) => project(object));
  };
  /** What a replacement takes the place of. */
  const replaced = (resource: Resource, manifest: Manifest): Manifest => {
    const there = stored.get(keyOf(resource, manifest.metadata.name));
    const { uid = there?.metadata.uid, resourceVersion = there?.metadata.resourceVersion } =
      manifest.metadata;
    if (uid !== there?.metadata.uid) throw otherUid();
    if (there === undefined) throw refusal(404, 'NotFound');
    if (resourceVersion !== there.metadata.resourceVersion)
      throw refusal(409, 'Conflict', 'the object has been modified');
    if (manifest['type'] !== there['type']) throw refusal(422, 'Invalid', '', 'type');
    return there;
  };

  return {
    get: async (resource, name) => stored.get(keyOf(resource, name)),
    list: async (resource, selector, project) => select(resource, selector, project),
    listBare: async (resource, selector, project) => select(resource, selector, project),
    async create(resource, manifest) {
      check('create');
      if (stored.has(keyOf(resource, manifest.metadata.name))) throw refusal(409, 'AlreadyExists');
      return put(resource, manifest, randomUUID());
    },
    async replace(resource, manifest) {
      check('replace');
      return put(resource, manifest, replaced(resource, manifest).metadata.uid ?? '');
    },
    rehearse: async (resource, manifest) => ({ metadata: replaced(resource, manifest).metadata }),
    async apply(resource, manifest, uid) {
      if (stored.get(keyOf(resource, manifest.metadata.name))?.metadata.uid !== uid)
        throw refusal(409, 'Conflict');
      return put(resource, manifest, uid);
    },
    async remove(resource, name, uid) {
      const there = stored.get(keyOf(resource, name));
      if (there === undefined) return;
      if (there.metadata.uid !== uid) throw otherUid();
      writes += 1;
      stored.delete(keyOf(resource, name));
    },
    names: ({ plural }) =>
      [...stored.keys()]
        .filter((key) => key.startsWith(`${plural}/`))
        .map((key) => key.slice(plural.length + 1)),
    writes: () => writes,
    failAfter(operation, calls) {
      passes[operation] = calls;
    },
    drop(resource, name) {
      stored.delete(keyOf(resource, name));
    },
    collectGarbage() {
      const present = new Set([...stored.values()].map(({ metadata }) => metadata.uid));
      for (const [key, { metadata }] of stored) {
        const owners = metadata.ownerReferences ?? [];
        if (owners.length > 0 && !owners.some(({ uid }) => present.has(uid))) stored.delete(key);
      }
    },
  };
}
