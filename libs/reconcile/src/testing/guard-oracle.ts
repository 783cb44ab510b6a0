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
  const appraisal = appraise(history).at(-1);
  if (appraisal === undefined || appraisal.released) return [];
  if (appraisal.doubtful) return wrong('doubtful', removed);
  const unasked = without(removed, asked(last));
  if (answer.revision === undefined && !isThirdInARow(history, history.length))
    return wrong('early', unasked);
  return appraisal.over ? wrong('too many', unasked) : [];
}

interface Appraisal {
  /** Whether the answer contradicts what was trusted before it. */
  readonly doubtful: boolean;
  /** Whether what it leaves out exceeds the limit. */
  readonly over: boolean;
  /** Whether a person has released it, with this content. */
  readonly released: boolean;
}

/** Goes through a history, asking of each answer what a careful reader of the ones before would say. */
function appraise(history: readonly Witnessed[]): Appraisal[] {
  let trusted: DesiredSnapshot<string> | undefined;
  let held: { readonly time: number; readonly resources: number } | undefined;
  let firstWithheld: DesiredSnapshot<string> | undefined;
  const appraisals: Appraisal[] = [];
  for (const [index, run] of history.entries()) {
    const { answer, owned, compared, time } = run;
    const gone = leftOut(run);
    const going = owned.filter((name) => !answer?.items.some(({ key }) => toName(key) === name));
    const earlier = history
      .slice(0, index)
      .filter((each, at) => each.time > (held?.time ?? time) - hour && appraisals[at]?.released !== true)
      // Without an answer, a run goes on with what users had asked for before.
      .flatMap((each) => without(each.removed, each.answer ? asked(each) : history.flatMap(asked)));
    const resources = Math.min(new Set([...owned, ...earlier]).size, held?.resources ?? Infinity);
    const emptied = new Set([...going, ...without(earlier, owned)]).size >= resources;
    const many = new Set([...gone, ...earlier]).size > Math.max(3, resources / 5);
    const over = gone.length > 0 && (emptied || many);
    const doubtful = answer !== undefined && isDoubtful(answer, trusted);
    const known =
      answer !== undefined && firstWithheld !== undefined && identify(answer) === identify(firstWithheld);
    const released =
      answer !== undefined &&
      identify(answer) === run.released &&
      (!known || answer.digest === firstWithheld?.digest);
    appraisals.push({ doubtful, over, released });
    if (!compared || answer === undefined) continue;

    const early = answer.revision === undefined && gone.length > 0 && !isThirdInARow(history, index + 1);
    if (!released && !known && (doubtful ? going.length > 0 : over || early)) firstWithheld = answer;
    if (released) [trusted, held] = [answer.revision && answer, undefined];
    else if (!doubtful) {
      held = over ? { time: held?.time ?? time, resources } : undefined;
      if (!over && answer.revision) trusted = answer;
    } else if (going.length === 0 && !isPutAside(answer, trusted)) trusted = answer;
  }
  return appraisals;
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

/** Whether a doubtful answer is of another time or another hand, so that it is trusted by a release alone. */
function isPutAside(answer: DesiredSnapshot<string>, trusted?: DesiredSnapshot<string>): boolean {
  const [now, then] = [answer.revision, trusted?.revision];
  if (now === undefined || then === undefined) return now === undefined;
  return now.epoch === then.epoch && now.number < then.number;
}

function isDoubtful(answer: DesiredSnapshot<string>, trusted?: DesiredSnapshot<string>): boolean {
  const [now, then] = [answer.revision, trusted?.revision];
  if (then === undefined) return false;
  if (now === undefined) return true;
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

/** Whether the last of the first `count` runs brought an answer without a revision for the third time in a row. */
function isThirdInARow(history: readonly Witnessed[], count: number): boolean {
  const answers = history.slice(0, count).flatMap(({ answer }) => (answer === undefined ? [] : [answer]));
  const contents = answers
    .slice(-3)
    .map((answer) => (answer.revision === undefined ? contentOf(answer) : 'another kind of answer'));
  return contents.length === 3 && new Set(contents).size === 1;
}
