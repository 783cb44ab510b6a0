import { describe, expect, it } from '@jest/globals';
import { createReconcileMetrics } from './metrics.ts';
import type { MetricFactory } from './metrics.ts';
import { createRig, topic, topics } from './testing/rig.ts';

/** Keeps every series as `name{label="value"}`. */
function createFactory() {
  const series = new Map<string, number>();
  const nameOf = (name: string, labels: Readonly<Record<string, string>>) =>
    `${name}{${Object.entries(labels)
      .map(([label, value]) => `${label}="${value}"`)
      .join(',')}}`;
  const factory: MetricFactory = {
    counter: ({ name }) => ({
      inc(labels, value) {
        const id = nameOf(name, labels);
        series.set(id, (series.get(id) ?? 0) + value);
      },
    }),
    gauge: ({ name }) => ({
      set: (labels, value) => void series.set(nameOf(name, labels), value),
    }),
    histogram: ({ name }) => ({
      observe: (labels, value) => void series.set(nameOf(name, labels), value),
    }),
  };
  return { factory, series };
}

describe(createReconcileMetrics, () => {
  it('starts every counter and gauge at zero', () => {
    const { factory, series } = createFactory();
    createReconcileMetrics(factory);
    expect([...new Set(series.values())]).toEqual([0]);
    expect(series.size).toBe(3 + 3 * 3 + 8 + 5);
  });

  it('names them all after the component', () => {
    const { factory, series } = createFactory();
    createReconcileMetrics(factory);
    expect([...series.keys()].filter((name) => !name.startsWith('ccd_reconcile_'))).toEqual([]);
  });

  it('counts what the loop does', async () => {
    const { factory, series } = createFactory();
    const { desired, world, reconciler, clock } = createRig({ metrics: createReconcileMetrics(factory) });
    world.faults.inject({ at: 'create', key: topic(0), error: new Error('down') });
    desired.set(topics(0, 10));
    await reconciler.runOnce();
    desired.set([]);
    await reconciler.runOnce();
    world.faults.inject({ at: 'observe', error: new Error('down') });
    desired.faults.inject({ at: 'fetch', error: new Error('down') });
    await clock.advance(1_000);
    await reconciler.runOnce();
    const now = clock.now() / 1000;
    expect(Object.fromEntries(series)).toMatchObject({
      'ccd_reconcile_runs_total{outcome="degraded"}': 2,
      'ccd_reconcile_runs_total{outcome="failed"}': 1,
      'ccd_reconcile_operations_total{operation="create",outcome="succeeded"}': 9,
      'ccd_reconcile_operations_total{operation="create",outcome="failed"}': 1,
      'ccd_reconcile_operations_total{operation="delete",outcome="succeeded"}': 0,
      'ccd_reconcile_managed_resources{outcome="withheld"}': 9,
      'ccd_reconcile_withheld_deletions{}': 9,
      'ccd_reconcile_last_attempt_timestamp_seconds{}': now,
      'ccd_reconcile_last_success_timestamp_seconds{}': now - 1,
      'ccd_reconcile_consecutive_failures{}': 1,
      'ccd_reconcile_controlplane_reachable{}': 0,
    });
  });

  it('counts what waits for its next attempt as what its last one made of it', async () => {
    const { factory, series } = createFactory();
    const { desired, world, reconciler } = createRig({ metrics: createReconcileMetrics(factory) });
    world.faults.inject({ at: 'create', key: topic(0), error: new Error('down') });
    desired.set(topics(0, 2));
    await reconciler.runOnce();
    await reconciler.runOnce();
    expect(series.get('ccd_reconcile_managed_resources{outcome="failed"}')).toBe(1);
    expect(series.get('ccd_reconcile_managed_resources{outcome="skipped"}')).toBe(0);
  });
});
