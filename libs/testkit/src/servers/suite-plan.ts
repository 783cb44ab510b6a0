/** What becomes of a suite that needs servers. */
export type SuitePlan =
  | { readonly kind: 'run' }
  | { readonly kind: 'skip'; readonly title: string }
  | { readonly kind: 'fail'; readonly reason: string };

/**
 * Decides on a suite by what is missing for it, one sentence for each server. The title of a suite that is skipped
 * carries them: the reporter (tools/jest) prints titles of this form at the end of a run.
 */
export function planSuite(title: string, missing: readonly string[], required: boolean): SuitePlan {
  if (missing.length === 0) return { kind: 'run' };
  const reason = missing.join('; ');
  return required ? { kind: 'fail', reason } : { kind: 'skip', title: `${title} (needs servers: ${reason})` };
}
