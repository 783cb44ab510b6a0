import { AlreadyExistsError, ClusterUnavailableError, ConflictError, DeniedError } from '../../errors.ts';
import type { Labels, SecretSpec } from '../../port.ts';
import { ApiError } from '../client/api-error.ts';
import type { ObjectClient } from '../client/object-client.ts';
import { configMaps, toSelector } from '../client/resources.ts';
import { markerLabels, readMarker, toMarkerManifest } from './marker.ts';
import type { Marker, MarkerState } from './marker.ts';

/** The markers of a namespace. */
export interface Markers {
  list(labels: Labels): Promise<readonly Marker[]>;
  /** Undefined where there is none, whatever else has the name. */
  find(name: string): Promise<Marker | undefined>;
  /**
   * Makes one without a Secret, or takes up what an attempt has left that was cut short.
   * @throws AlreadyExistsError where it has a Secret, DeniedError where a ConfigMap of others has the name
   */
  begin(spec: SecretSpec): Promise<Marker>;
  /** Over whatever somebody else has made of it: what it says is ours. @throws ApiError 409 where it was replaced */
  write(state: MarkerState, over: Marker): Promise<Marker>;
  remove(marker: Marker): Promise<void>;
}

const mostConflicts = 5;

export function openMarkers(objects: ObjectClient): Markers {
  const find = async (name: string): Promise<Marker | undefined> => {
    const found = await objects.get(configMaps, name);
    return found === undefined ? undefined : readMarker(found);
  };

  const takeUp = async ({ name }: SecretSpec, cause: unknown): Promise<Marker> => {
    const found = await objects.get(configMaps, name);
    if (found === undefined) throw new ConflictError('secret', name, { cause });
    const marker = readMarker(found);
    if (marker === undefined)
      throw new DeniedError(
        'secret',
        name,
        'ForeignMarker',
        `another's ConfigMap has its name: remove that`,
        {
          cause,
        },
      );
    if (marker.secretUid !== undefined) throw new AlreadyExistsError('secret', name, { cause });
    return marker;
  };

  return {
    find,
    async list(labels) {
      const selector = toSelector({ ...labels, ...markerLabels });
      const all = await objects.listBare(configMaps, selector, readMarker);
      return all.filter((marker) => marker !== undefined);
    },
    async begin(spec) {
      try {
        return read(
          await objects.create(configMaps, toMarkerManifest({ name: spec.name, labels: spec.labels })),
        );
      } catch (error) {
        if (!(error instanceof ApiError) || error.reason !== 'AlreadyExists') throw error;
        return takeUp(spec, error);
      }
    },
    async write(state, over) {
      for (let [attempt, current] = [1, over]; ; attempt += 1) {
        try {
          return read(await objects.replace(configMaps, toMarkerManifest(state, current)));
        } catch (error) {
          if (!(error instanceof ApiError) || error.code !== 409 || attempt === mostConflicts) throw error;
          const found = await find(state.name);
          if (found?.uid !== over.uid) throw error;
          current = found;
        }
      }
    },
    remove: ({ name, uid }) => objects.remove(configMaps, name, uid, 'Background'),
  };
}

function read(object: unknown): Marker {
  const marker = readMarker(object);
  if (marker === undefined)
    throw new ClusterUnavailableError('something in the cluster takes the labels off our ConfigMaps');
  return marker;
}
