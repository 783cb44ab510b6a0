import type { DesiredSnapshot, ResourceKey } from '../types.ts';

/** One run as a bystander sees it. */
export interface Witnessed {
  readonly time: number;
  /** The answer that was fetched; absent where the fetch failed. */
  readonly answer?: DesiredSnapshot<string>;
  /** Names of what was ours when the run began. */
  readonly owned: readonly string[];
  /** Names of what the run removed. */
  readonly removed: readonly string[];
  /** The answer that a person has released, as `identify` names it. */
  readonly released?: string;
  /** False where the run failed before it could compare. */
  readonly compared: boolean;
}

const hour = 3_600_000;

export function toName({ kind, id }: ResourceKey): string {
  return `${kind}/${id}`;
}

/**
 * A second opinion on the guard, written from the rules and not from the code: it judges a whole history from its
 * beginning each time, and works on names and fractions. It says what the last run removed wrongly.
 */
export function findWrongRemovals(history: readonly Witnessed[]): string[] {
  const last = history.at(-1);
  if (last === undefined || last.removed.length === 0) return [];
  const { answer, removed } = last;
  const wrong = (why: string, names: readonly string[]) => names.map((name) => `${why}: ${name}`);
  if (!last.compared) return wrong('failed run', removed);
  if (answer === undefined) return wrong('offline', without(removed, history.flatMap(asked)));
  const wanted = removed.filter((name) => answer.items.some(({ key }) => toName(key) === name));
  if (wanted.length > 0) return wrong('wanted', wanted);
  if (isReleased(last)) return [];
  const appraisal = appraise(history).at(-1);
  if (appraisal?.doubtful !== false) return wrong('doubtful', removed);
  const unasked = without(removed, asked(last));
  if (answer.revision === undefined && !isThirdInARow(history)) return wrong('early', unasked);
  return appraisal.over ? wrong('too many', unasked) : [];
}

interface Appraisal {
  /** Whether the answer contradicts what was trusted before it. */
  readonly doubtful: boolean;
  /** Whether what it leaves out exceeds the limit. */
  readonly over: boolean;
}

/** Goes through a history, asking of each answer what a careful reader of the ones before would say. */
function appraise(history: readonly Witnessed[]): Appraisal[] {
  let trusted: DesiredSnapshot<string> | undefined;
  let held: { readonly time: number; readonly resources: number } | undefined;
  return history.map((run, index) => {
    const { answer, owned, compared, time } = run;
    if (!compared || answer === undefined) return { doubtful: false, over: false };
    const gone = leftOut(run);
    const going = owned.filter((name) => !answer.items.some(({ key }) => toName(key) === name));
    const earlier = removedUnasked(history.slice(0, index), (held?.time ?? time) - hour);
    const resources = Math.min(new Set([...owned, ...earlier]).size, held?.resources ?? Infinity);
    const emptied = new Set([...going, ...without(earlier, owned)]).size >= resources;
    const many = new Set([...gone, ...earlier]).size > Math.max(3, resources / 5);
    const over = gone.length > 0 && (emptied || many);
    const doubtful = isDoubtful(answer, trusted);

    if (isReleased(run)) [trusted, held] = [answer.revision ? answer : trusted, undefined];
    else if (!doubtful) {
      held = over ? { time: held?.time ?? time, resources } : undefined;
      if (!over && answer.revision) trusted = answer;
    } else if (going.length === 0 && !isOlder(answer, trusted)) trusted = answer;
    return { doubtful, over };
  });
}

function without(names: readonly string[], others: readonly string[]): string[] {
  return names.filter((name) => !others.includes(name));
}

/** What users had asked to remove, as the answer says. */
function asked({ answer }: Witnessed): string[] {
  return (answer?.removed ?? []).map(toName);
}

/** What the answer leaves out, without a user having asked for it. */
function leftOut(run: Witnessed): string[] {
  const mentioned = [...(run.answer?.items ?? []).map(({ key }) => toName(key)), ...asked(run)];
  return without(run.owned, mentioned);
}

/** What earlier runs removed by absence since a time. */
function removedUnasked(history: readonly Witnessed[], since: number): string[] {
  return history
    .filter((run) => run.time > since && !isReleased(run))
    .flatMap((run) => without(run.removed, asked(run)));
}

function isOlder(answer: DesiredSnapshot<string>, trusted?: DesiredSnapshot<string>): boolean {
  const [now, then] = [answer.revision, trusted?.revision];
  return now !== undefined && then !== undefined && now.epoch === then.epoch && now.number < then.number;
}

function isDoubtful(answer: DesiredSnapshot<string>, trusted?: DesiredSnapshot<string>): boolean {
  const [now, then] = [answer.revision, trusted?.revision];
  if (now === undefined || then === undefined) return false;
  if (now.epoch !== then.epoch || now.number < then.number) return true;
  return now.number === then.number && answer.digest !== trusted?.digest;
}

function contentOf({ items }: DesiredSnapshot<string>): string {
  return items
    .map(({ key, hash }) => `${toName(key)} ${hash}`)
    .sort()
    .join();
}

/** The name of an answer for a release: its revision, else its content. */
export function identify(answer: DesiredSnapshot<string>): string {
  const { revision } = answer;
  return revision === undefined ? contentOf(answer) : `${revision.epoch}/${revision.number}`;
}

function isReleased({ answer, released }: Witnessed): boolean {
  return released !== undefined && answer !== undefined && identify(answer) === released;
}

function isThirdInARow(history: readonly Witnessed[]): boolean {
  const answers = history.flatMap(({ answer }) => (answer === undefined ? [] : [answer]));
  const contents = answers
    .slice(-3)
    .map((answer) => (answer.revision === undefined ? contentOf(answer) : 'another kind of answer'));
  return contents.length === 3 && new Set(contents).size === 1;
}
