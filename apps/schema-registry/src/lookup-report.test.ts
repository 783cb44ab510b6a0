import { createFakeClock } from '@ccd/reconcile/testing';
import { createMetrics } from '@ccd/service';
import { createCapturingLogger } from '@ccd/service/testing';
import { describe, expect, it } from '@jest/globals';
import { createLookupReport } from './lookup-report.ts';

describe(createLookupReport, () => {
  it('counts every look-up and logs failures once a minute', async () => {
    const clock = createFakeClock();
    const metrics = createMetrics();
    const { logger, entries } = createCapturingLogger();
    const report = createLookupReport({ metrics, logger, clock });
    const failed = { kind: 'unavailable', cause: new Error('away') } as const;
    report({ kind: 'known' });
    for (let second = 0; second < 61; second += 1) {
      report(failed);
      await clock.advance(1_000);
    }
    const text = await metrics.text();
    expect(text).toContain('ccd_schema_registry_lookups_total{outcome="known"} 1');
    expect(text).toContain('ccd_schema_registry_lookups_total{outcome="unavailable"} 61');
    expect(entries.map(({ message }) => message)).toEqual(Array(2).fill('schemas cannot be looked up'));
  });
});
