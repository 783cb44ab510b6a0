import { metaMarks } from './marks.ts';

/** The marks that a place gets, and the places below it that get some too. */
export interface Wanted {
  readonly marks: readonly number[];
  readonly below: ReadonlyMap<string, Wanted>;
}

export const nothingWanted: Wanted = { marks: [], below: new Map() };

interface Growing {
  readonly marks: number[];
  readonly below: Map<string, Growing>;
}

/** The places of the paths, which are marked with their numbers, and those of parts of `strmMeta`. */
export function wantedPlaces(paths: readonly string[], parts: readonly (keyof typeof metaMarks)[]): Wanted {
  const root: Growing = { marks: [], below: new Map() };
  const add = (path: string, mark: number): void => {
    let place = root;
    for (const name of path.split('/')) {
      const next: Growing = place.below.get(name) ?? { marks: [], below: new Map() };
      place.below.set(name, next);
      place = next;
    }
    place.marks.push(mark);
  };
  paths.forEach(add);
  for (const part of parts) add(`strmMeta/${part}`, metaMarks[part]);
  return root;
}
