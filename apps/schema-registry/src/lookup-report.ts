import type { Clock } from '@ccd/reconcile';
import type { Logger, Metrics } from '@ccd/service';
import { errorFields } from '@ccd/service';
import type { LookupOutcome } from './schema-lookup.ts';

const logEveryMs = 60_000;

/** Counts how look-ups end, and logs failures once a minute: consumers repeat their requests. */
export function createLookupReport({
  metrics,
  logger,
  clock,
}: {
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly clock: Clock;
}): (outcome: LookupOutcome) => void {
  const lookups = metrics.counter({
    name: 'ccd_schema_registry_lookups_total',
    help: 'Look-ups of a schema, by how they ended',
    labels: ['outcome'],
  });
  let loggedAt = Number.NEGATIVE_INFINITY;

  return (outcome) => {
    lookups.inc({ outcome: outcome.kind });
    if (outcome.kind !== 'unavailable' || clock.monotonic() - loggedAt < logEveryMs) return;
    loggedAt = clock.monotonic();
    logger.warn({ error: errorFields(outcome.cause) }, 'schemas cannot be looked up');
  };
}
