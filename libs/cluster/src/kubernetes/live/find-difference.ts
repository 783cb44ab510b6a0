/** Where in an object: names of fields, and `[name]` of an element of a list. */
export type FieldPath = readonly string[];

/**
 * The first field in which a live object no longer has what was applied, or undefined. What it has beyond that is not ours
 * to judge: defaults of the API server, and fields that somebody else manages.
 */
export function findDifference(live: unknown, applied: unknown, field = ''): FieldPath | undefined {
  if (applied === undefined || applied === null) return undefined;
  if (Array.isArray(applied)) return findInList(live, applied, field);
  if (typeof applied === 'object') {
    // The API server leaves out what is empty.
    if (live !== undefined && live !== null && typeof live !== 'object') return [];
    for (const [name, value] of Object.entries(applied)) {
      const there =
        typeof live === 'object' && live !== null && name in live
          ? live[name as keyof typeof live]
          : undefined;
      const difference = findDifference(there, value, isAmounts(field) ? field : name);
      if (difference !== undefined) return [name, ...difference];
    }
    return undefined;
  }
  // So it does with zero values of fields that don't tell them from nothing.
  if (live === undefined) return applied === '' || applied === false || applied === 0 ? undefined : [];
  return live === applied || (isAmounts(field) && isSameAmount(live, applied)) ? undefined : [];
}

const keys: Readonly<Record<string, string>> = {
  containers: 'name',
  env: 'name',
  volumes: 'name',
  imagePullSecrets: 'name',
  volumeMounts: 'mountPath',
  ownerReferences: 'uid',
};

/** By which field of theirs the elements of a list are told apart; undefined where every element is ours, in order. */
export const keyOf = (list: string): string | undefined => keys[list];

function findInList(live: unknown, applied: readonly unknown[], field: string): FieldPath | undefined {
  if (live === undefined || live === null) return applied.length === 0 ? undefined : [];
  if (!Array.isArray(live)) return [];
  const elements: readonly unknown[] = live;
  const key = keyOf(field);
  if (key === undefined && elements.length !== applied.length) return [];
  for (const [at, each] of applied.entries()) {
    const name = key === undefined ? at : valueAt(each, key);
    // They are seldom anywhere else than where they were put.
    const same =
      key === undefined || valueAt(elements[at], key) === name
        ? elements[at]
        : elements.find((one) => valueAt(one, key) === name);
    const difference = same === undefined ? [] : findDifference(same, each);
    if (difference !== undefined) return [`[${String(name)}]`, ...difference];
  }
  return undefined;
}

/** As people write it: `spec.containers[decrypter].image`. */
export const toText = (path: FieldPath): string => path.join('.').replaceAll('.[', '[');

/** A field of what may be an object. */
export const valueAt = (element: unknown, key: string): unknown =>
  typeof element === 'object' && element !== null && key in element
    ? element[key as keyof typeof element]
    : undefined;

const isAmounts = (field: string): boolean =>
  field === 'requests' || field === 'limits' || field === 'sizeLimit';

/** The API server writes amounts in its own way: `1000m` becomes `1`. */
function isSameAmount(one: unknown, other: unknown): boolean {
  const [first, second] = [toAmount(one), toAmount(other)];
  return first !== undefined && first === second;
}

const factors: Readonly<Record<string, number>> = {
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

function toAmount(value: unknown): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(String(value));
  const factor = match && factors[match[2] ?? ''];
  // Thousandths are the smallest unit that is written.
  return match && factor !== undefined && factor !== null
    ? Math.round(Number(match[1]) * factor * 1_000)
    : undefined;
}
