/** What the demo has seen so far. */
export interface Tally {
  /** Events that the gateway answered with 204, by the purposes agreed to. */
  readonly sent: ReadonlyMap<string, number>;
  /** Events by derived stream. */
  readonly derived: ReadonlyMap<string, number>;
  readonly files: number;
  readonly exportedEvents: number;
  readonly exportedKeys: number;
}

export const noConsent = 'no purpose';

/** `[0, 1]` is `0,1`. */
export const consentText = (levels: readonly number[]): string =>
  levels.length === 0 ? noConsent : levels.join(',');

const count = (number: number): string => number.toLocaleString('en-US');

const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((a, b) => a + b, 0);

/** The tally on one line; what matters most comes first, since a narrow terminal shows no more. */
export function toLine({ sent, derived, files, exportedEvents, exportedKeys }: Tally): string {
  const byPurpose = [...sent]
    .toSorted(([a], [b]) => (a === noConsent ? -1 : b === noConsent ? 1 : a.localeCompare(b)))
    .map(([purposes, number]) => `${purposes}: ${count(number)}`);
  return [
    `in ${count(sum(sent))}`,
    ...[...derived].map(([stream, number]) => `${stream} ${count(number)}`),
    `exported ${count(exportedEvents)} + ${count(exportedKeys)} keys in ${count(files)} files`,
    ...(byPurpose.length === 0 ? [] : [`in, by purposes: ${byPurpose.join(' · ')}`]),
  ].join(' | ');
}
