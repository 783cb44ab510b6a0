import { formatRevision } from '@ccd/reconcile';
import type { RunReport } from '@ccd/reconcile';
import type { Logger } from '@ccd/service';
import { detailOf } from './own-state.ts';

/** A run in which nothing happened says nothing. */
export function logRun(logger: Logger, report: RunReport): void {
  const { runId, outcome, reason, durationMs, held } = report;
  const detail = detailOf(report);
  const changed = report.resources
    .filter(({ outcome: done }) => done !== 'unchanged' && done !== 'skipped')
    .map(
      ({ key, outcome: done, reason: why, message }) =>
        `${done} ${key.kind} ${key.id} (${message === undefined ? why : `${why}: ${message}`})`,
    );
  const facts = {
    runId,
    reason,
    durationMs,
    ...(detail !== undefined && { detail }),
    ...(changed.length > 0 && { changed: changed.slice(0, 50) }),
    ...(held && { held: held.count, revision: formatRevision(held.revision) }),
  };
  if (outcome === 'succeeded' && changed.length === 0) logger.debug(facts, 'nothing to change');
  else if (outcome === 'succeeded') logger.info(facts, 'brought into line');
  else logger.warn(facts, `a run ${outcome === 'failed' ? 'failed' : 'left something open'}`);
}
