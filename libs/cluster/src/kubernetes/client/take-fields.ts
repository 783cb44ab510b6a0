import { keyOf } from '../live/find-difference.ts';
import type { FieldPath } from '../live/find-difference.ts';
import type { ManagedFields } from './object-schema.ts';

/** In whose name fields are taken. */
export interface Taker {
  readonly manager: string;
  readonly apiVersion: string;
}

/**
 * The managed fields of an object, with some fields taken from whoever manages them and counted to what we have applied: the next
 * application, which lacks them, removes them then. Undefined where that is so already.
 */
export function takeFields(
  managed: ManagedFields,
  paths: readonly FieldPath[],
  { manager, apiVersion }: Taker,
): ManagedFields | undefined {
  if (paths.length === 0) return undefined;
  const steps = paths.map(toSteps);
  // Somebody may have removed all record of who manages what.
  const ours = managed.find((entry) => isApplied(entry, manager)) ?? {
    ...{ manager, operation: 'Apply', apiVersion, fieldsType: 'FieldsV1' },
    fieldsV1: {},
  };
  const others = managed
    .filter((entry) => entry !== ours)
    .map((entry) => ({
      ...entry,
      fieldsV1: steps.reduce((fields, path) => without(fields, path), entry.fieldsV1),
    }));
  const taken = [
    ...others.filter(({ fieldsV1 }) => Object.keys(fieldsV1).length > 0),
    { ...ours, fieldsV1: steps.reduce((fields, path) => withPath(fields, path), ours.fieldsV1) },
  ];
  const isSame = JSON.stringify(taken.toSorted(byText)) === JSON.stringify(managed.toSorted(byText));
  return isSame ? undefined : taken;
}

type Fields = Readonly<Record<string, unknown>>;
type Steps = readonly string[];

const isApplied = (entry: ManagedFields[number], manager: string): boolean =>
  entry.manager === manager && entry.operation === 'Apply' && (entry.subresource ?? '') === '';

/** `f:spec`, and `k:{"name":"a"}` for an element of a list. */
const toSteps = (path: FieldPath): Steps =>
  path.map((step, at) => {
    if (!step.startsWith('[')) return `f:${step}`;
    const key = keyOf(path[at - 1] ?? '') ?? '';
    return `k:${JSON.stringify({ [key]: step.slice(1, -1) })}`;
  });

function without(fields: Fields, [step = '', ...rest]: Steps): Fields {
  const found = fields[step];
  if (!isFields(found)) return fields;
  const others = Object.fromEntries(Object.entries(fields).filter(([field]) => field !== step));
  if (rest.length === 0) return others;
  const left = without(found, rest);
  // Nothing below would mean the whole of it.
  return Object.keys(left).length === 0 && Object.keys(found).length > 0
    ? others
    : { ...fields, [step]: left };
}

function withPath(fields: Fields, [step, ...rest]: Steps): Fields {
  if (step === undefined) return Object.keys(fields).length === 0 ? fields : { '.': {}, ...fields };
  const found = fields[step];
  if (rest.length === 0 && found === undefined) return { ...fields, [step]: {} };
  return { ...fields, [step]: withPath(isFields(found) ? found : {}, rest) };
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const byText = (one: object, other: object): number => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1);
