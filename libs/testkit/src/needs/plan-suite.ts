/** Something of the machine that a suite cannot do without. */
export interface Need {
  /** Why the machine lacks it, as a sentence; undefined where it is there. */
  readonly missing: string | undefined;
  /**
   * What becomes of the suite in CI where it is missing: `fail` for whatever CI can be given, `skip` for what its
   * machine may refuse. Elsewhere the suite is skipped.
   */
  readonly inCi: 'fail' | 'skip';
}

/** What becomes of a suite that has needs. */
export type SuitePlan =
  | { readonly kind: 'run' }
  | { readonly kind: 'skip'; readonly title: string }
  | { readonly kind: 'fail'; readonly reason: string };

/**
 * Decides on a suite by what is missing for it. The title of a suite that is skipped carries the reasons: the reporter
 * (tools/jest) prints titles of this form at the end of a run.
 */
export function planSuite(title: string, needs: readonly Need[], isCi: boolean): SuitePlan {
  const lacking = needs.filter(({ missing }) => missing !== undefined);
  if (lacking.length === 0) return { kind: 'run' };
  const required = lacking.filter(({ inCi }) => isCi && inCi === 'fail');
  if (required.length > 0) return { kind: 'fail', reason: reasonsOf(required) };
  return { kind: 'skip', title: `${title} (not here: ${reasonsOf(lacking)})` };
}

const reasonsOf = (needs: readonly Need[]): string =>
  needs.flatMap(({ missing }) => missing ?? []).join('; ');
