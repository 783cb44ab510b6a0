import { AlreadyExistsError } from '../../errors.ts';
import type { Labels, SecretSpec } from '../../port.ts';
import { ApiError } from '../client/api-error.ts';
import type { ObjectClient } from '../client/object-client.ts';
import { bareObjectSchema } from '../client/object-schema.ts';
import { secrets as resource } from '../client/resources.ts';
import { labelsOfSecret, secretType } from '../template/marks.ts';
import { toSecretManifest } from './secret-manifest.ts';

/** A Secret by what an answer may tell of it. */
export interface SeenSecret {
  readonly uid: string;
  readonly version: string;
}

export type Look =
  | { readonly found: 'ours'; readonly secret: SeenSecret }
  | { readonly found: 'nothing' | 'another version' | 'foreign' }
  /** Somebody's rule is in the way of looking. */
  | { readonly found: 'refusal' };

/**
 * Secrets by the requests that need no right to read them: POST, PUT and DELETE. Not PATCH, since that is a right to read:
 * a patch that cannot be decoded is answered with the whole object that it made of what stands there, before any policy
 * is asked.
 *
 * Each PUT names our own type. The API server never lets a type change, so it refuses the PUT over anything that is not
 * of our making.
 */
export interface SecretObjects {
  /**
   * Makes it, or writes over one of ours that nobody remembers.
   * @throws AlreadyExistsError for a foreign one
   */
  make(spec: SecretSpec): Promise<SeenSecret>;
  /** @throws ApiError 409 or 404 where the one of this uid is gone */
  overwrite(spec: SecretSpec, uid: string): Promise<SeenSecret>;
  /** Rehearses a PUT: nothing is written, and nothing of what the Secret holds is answered. */
  look(name: string, labels: Labels, version?: string): Promise<Look>;
  /** @throws ApiError 409 where another one has the name */
  remove(name: string, uid: string): Promise<void>;
}

export function openSecretObjects(objects: ObjectClient): SecretObjects {
  return {
    async make(spec) {
      const manifest = toSecretManifest(spec);
      try {
        return toSeen(await objects.create(resource, manifest));
      } catch (error) {
        if (!(error instanceof ApiError) || error.reason !== 'AlreadyExists') throw error;
      }
      try {
        return toSeen(await objects.replace(resource, manifest));
      } catch (error) {
        if (isOfOtherType(error))
          throw new AlreadyExistsError('secret', spec.name, { cause: error, foreign: true });
        throw error;
      }
    },

    async overwrite(spec, uid) {
      const manifest = toSecretManifest(spec);
      return toSeen(
        await objects.replace(resource, { ...manifest, metadata: { ...manifest.metadata, uid } }),
      );
    },

    async look(name, labels, version) {
      const metadata = { name, labels: { ...labels, ...labelsOfSecret } };
      try {
        const answer = await objects.rehearse(resource, {
          apiVersion: 'v1',
          kind: 'Secret',
          type: secretType,
          metadata: { ...metadata, ...(version !== undefined && { resourceVersion: version }) },
        });
        return { found: 'ours', secret: toSeen(answer) };
      } catch (error) {
        return toLook(error);
      }
    },

    remove: (name, uid) => objects.remove(resource, name, uid, 'Background'),
  };
}

function toSeen(object: unknown): SeenSecret {
  const { uid, resourceVersion } = bareObjectSchema.parse(object).metadata;
  return { uid, version: resourceVersion };
}

function toLook(error: unknown): Look {
  if (!(error instanceof ApiError)) throw error;
  if (isOfOtherType(error)) return { found: 'foreign' };
  switch (error.code) {
    case 404:
      return { found: 'nothing' };
    case 409:
      // Any other conflict says nothing of the Secret.
      if (!error.message.includes('has been modified')) throw error;
      return { found: 'another version' };
    case 400:
    case 403:
    case 422:
      return { found: 'refusal' };
    default:
      throw error;
  }
}

const isOfOtherType = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 422 && error.causes.some(({ field }) => field === 'type');
