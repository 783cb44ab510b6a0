import { ClusterUnavailableError } from '../../errors.ts';
import { ApiError, isNotFound, isOfAnotherUid } from './api-error.ts';
import type { ApiClient } from './api-client.ts';
import type { KeptPages } from './kept-pages.ts';
import { listPages } from './list-pages.ts';
import { managedObjectSchema } from './object-schema.ts';
import { asBare, asBareList, toPath } from './resources.ts';
import type { Resource } from './resources.ts';
import { takeFields } from './take-fields.ts';
import { upgradeFields } from './upgrade-fields.ts';
import type { FieldPath } from '../live/find-difference.ts';
import { fieldManager } from '../template/marks.ts';
import type { Manifest } from '../template/manifest.ts';

/** A creation, an update or a removal with what it holds on to: nothing is written over what was not observed. */
export interface ObjectClient {
  /** Undefined where there is no such object. */
  get(resource: Resource, name: string): Promise<unknown>;
  /**
   * Whole objects; `project` picks what is kept of each.
   * @param kept of the list before, of the same resource with the same selector and `project`
   */
  list<T>(
    resource: Resource,
    selector: string | undefined,
    project: (item: unknown) => T,
    kept?: KeptPages<T>,
  ): Promise<readonly T[]>;
  /** Metadata alone. */
  listBare<T>(
    resource: Resource,
    selector: string | undefined,
    project: (item: unknown) => T,
    kept?: KeptPages<T>,
  ): Promise<readonly T[]>;
  create(resource: Resource, manifest: Manifest): Promise<unknown>;
  /** Replaces all of it; the manifest carries the resource version that was read, or the uid, or a type that is ours alone. */
  replace(resource: Resource, manifest: Manifest): Promise<unknown>;
  /** What `replace` would answer, with the same errors; nothing is written. */
  rehearse(resource: Resource, manifest: Manifest): Promise<unknown>;
  /**
   * Applies our fields to an object of ours, over whoever else wrote them; fields of others stay. `uid` is the one that was
   * observed.
   * @param added fields of others that are not to stay: they are taken over first, so that the application removes them
   * @throws ApiError 409 when another object has the name
   */
  apply(resource: Resource, manifest: Manifest, uid: string, added?: readonly FieldPath[]): Promise<unknown>;
  /**
   * Asks for the removal; absent is no error. With `Foreground` it stays until its dependents are gone.
   * @throws ApiError 409 when another object has the name
   */
  remove(resource: Resource, name: string, uid: string, propagation: Propagation): Promise<void>;
}

export type Propagation = 'Background' | 'Foreground';

const mostConflicts = 5;
const acceptOf = ({ bare }: Resource) => (bare === true ? { accept: asBare } : {});

export function createObjectClient(api: ApiClient, namespace: string): ObjectClient {
  const get = async (resource: Resource, name: string): Promise<unknown> => {
    try {
      return await api.ask({ method: 'GET', path: toPath(resource, namespace, name), ...acceptOf(resource) });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  };

  const list = <T>(
    resource: Resource,
    selector: string | undefined,
    project: (item: unknown) => T,
    kept: KeptPages<T> | undefined,
    bare = resource.bare,
  ) =>
    listPages(
      resource.plural,
      (query, decode) =>
        api.ask({
          method: 'GET',
          path: toPath(resource, namespace, undefined, { ...query, labelSelector: selector }),
          timeoutMs: 30_000,
          decode,
          ...(bare === true && { accept: asBareList }),
        }),
      project,
      kept,
    );

  /** Makes a creation of ours count as an application, once in the life of an object; and what is taken from others, too. */
  const upgrade = async (
    resource: Resource,
    name: string,
    uid: string,
    added: readonly FieldPath[],
  ): Promise<void> => {
    const taker = { manager: fieldManager, apiVersion: resource.apiVersion };
    for (let attempt = 1; ; attempt += 1) {
      const found = await get(resource, name);
      const { metadata } = managedObjectSchema.parse(found ?? gone(name, uid));
      if (metadata.uid !== uid) return;
      const upgraded = upgradeFields(metadata.managedFields, fieldManager);
      const managedFields = takeFields(upgraded ?? metadata.managedFields, added, taker) ?? upgraded;
      if (managedFields === undefined) return;
      try {
        await api.ask({
          method: 'PATCH',
          path: toPath(resource, namespace, name, { fieldManager }),
          contentType: 'application/json-patch+json',
          body: JSON.stringify([
            { op: 'test', path: '/metadata/uid', value: uid },
            { op: 'replace', path: '/metadata/managedFields', value: managedFields },
            // Somebody else's write in between changes who manages what: read again.
            { op: 'replace', path: '/metadata/resourceVersion', value: metadata.resourceVersion },
          ]),
        });
        return;
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== 409 || attempt === mostConflicts) throw error;
      }
    }
  };

  const put = (resource: Resource, manifest: Manifest, dryRun?: 'All'): Promise<unknown> =>
    api.ask({
      method: 'PUT',
      path: toPath(resource, namespace, manifest.metadata.name, { fieldManager, dryRun }),
      body: JSON.stringify(manifest),
      ...acceptOf(resource),
    });

  return {
    get,
    list: (resource, selector, project, kept) => list(resource, selector, project, kept),
    listBare: (resource, selector, project, kept) => list(resource, selector, project, kept, true),
    create: (resource, manifest) =>
      api.ask({
        method: 'POST',
        path: toPath(resource, namespace, undefined, { fieldManager }),
        body: JSON.stringify(manifest),
        ...acceptOf(resource),
      }),
    replace: (resource, manifest) => put(resource, manifest),
    rehearse: (resource, manifest) => put(resource, manifest, 'All'),
    async apply(resource, manifest, uid, added = []) {
      const { name } = manifest.metadata;
      await upgrade(resource, name, uid, added);
      return api.ask({
        method: 'PATCH',
        path: toPath(resource, namespace, name, { fieldManager, force: true }),
        contentType: 'application/apply-patch+yaml',
        body: JSON.stringify({ ...manifest, metadata: { ...manifest.metadata, uid } }),
        ...acceptOf(resource),
      });
    },
    async remove(resource, name, uid, propagationPolicy) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          await api.ask({
            method: 'DELETE',
            path: toPath(resource, namespace, name),
            body: JSON.stringify({
              apiVersion: 'v1',
              kind: 'DeleteOptions',
              preconditions: { uid },
              propagationPolicy,
            }),
          });
          return;
        } catch (error) {
          if (isNotFound(error)) return;
          if (!(error instanceof ApiError) || error.code !== 409) throw error;
          // It is another object; of any other conflict it is not said that ours has gone.
          if (isOfAnotherUid(error)) throw error;
          if (attempt === mostConflicts)
            throw new ClusterUnavailableError(`${resource.kind} ${name} is there and cannot be removed now`, {
              cause: error,
            });
        }
      }
    },
  };
}

/** Stands for an object that is gone, so that the application itself says so. */
const gone = (name: string, uid: string) => ({ metadata: { name, uid, resourceVersion: '' } });
