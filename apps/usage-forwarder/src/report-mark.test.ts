import { ControlPlaneRefusedError, ControlPlaneUnavailableError } from '@ccd/controlplane';
import { createFakeControlPlane } from '@ccd/controlplane/testing';
import type { UsageMark } from '@ccd/dataplane';
import { describe, expect, it } from '@jest/globals';
import { createMarkReporter } from './report-mark.ts';

const never = new AbortController().signal;
const stream = { uuid: 'uuid-1', name: 'demo', projectId: 'project-1' };
const markOf = (events: number, since: number, at: number): UsageMark => ({
  installationId: 'installation-1',
  stream,
  events,
  since,
  at,
});

function setUp(counted: Readonly<Record<string, number>> = { 'uuid-1': 0 }) {
  const controlPlane = createFakeControlPlane({ counted: new Map(Object.entries(counted)) });
  const refused: UsageMark[] = [];
  const sums = { reported: 0 };
  const reporter = createMarkReporter({
    controlPlane,
    onRefused: (mark) => {
      refused.push(mark);
    },
    onReported: (events) => {
      sums.reported += events;
    },
  });
  const reports = () => controlPlane.usage.map(({ events, time }) => [events, time]);
  return { controlPlane, refused, sums, reporter, reports };
}

describe(createMarkReporter, () => {
  it('reports what is missing, as having come between the two times of the mark', async () => {
    const { reporter, reports } = setUp({ 'uuid-1': 40 });
    await reporter.report(markOf(100, 1_000, 2_000), never);
    expect(reports()).toStrictEqual([
      [0, 1_000],
      [60, 2_000],
    ]);
  });

  it('reports no begin where the mark goes on from the last one', async () => {
    const { reporter, reports } = setUp();
    await reporter.report(markOf(1, 0, 1_000), never);
    await reporter.report(markOf(3, 1_000, 2_000), never);
    await reporter.report(markOf(4, 9_000, 9_500), never);
    expect(reports()).toStrictEqual([
      [0, 0],
      [1, 1_000],
      [2, 2_000],
      [0, 9_000],
      [1, 9_500],
    ]);
  });

  it('reports nothing twice: marks that come again, or late', async () => {
    const { reporter, sums } = setUp();
    for (const events of [10, 10, 7]) await reporter.report(markOf(events, 0, 1), never);
    expect(sums.reported).toBe(10);
  });

  it('goes by the counter of the control plane where it remembers none itself', async () => {
    const { controlPlane, reporter, sums } = setUp();
    await reporter.report(markOf(10, 0, 1), never);
    controlPlane.state.counted = new Map([['uuid-1', 15]]);
    reporter.forget();
    await reporter.report(markOf(20, 0, 1), never);
    expect(sums.reported).toBe(15);
  });

  it('asks for the counter again after a report of which nobody knows whether it counted', async () => {
    const { controlPlane, reporter, sums } = setUp();
    await reporter.report(markOf(1, 0, 1), never);
    // Somebody else's report came between.
    controlPlane.state.counted = new Map([['uuid-1', 5]]);
    await expect(reporter.report(markOf(8, 1, 2), never)).rejects.toThrow(ControlPlaneUnavailableError);
    await reporter.report(markOf(8, 1, 2), never);
    expect(controlPlane.state.counted.get('uuid-1')).toBe(8);
    expect(sums.reported).toBe(4);
  });

  it('reports more than one message can hold in several', async () => {
    const { controlPlane, reporter } = setUp();
    const many = 2 ** 31 + 5;
    await reporter.report(markOf(many, 0, 1), never);
    expect(controlPlane.usage.map(({ events }) => events)).toStrictEqual([0, 2 ** 31 - 1, 6]);
    expect(controlPlane.state.counted.get('uuid-1')).toBe(many);
  });

  it('passes over a stream that is gone', async () => {
    const { reporter, reports, refused } = setUp({});
    await reporter.report(markOf(10, 0, 1), never);
    expect([reports(), refused]).toStrictEqual([[], []]);
  });

  it('says what the control plane refuses of a report, and goes on', async () => {
    const { controlPlane, reporter, refused } = setUp();
    controlPlane.state.failure = new ControlPlaneRefusedError('StoreUsageEvent', 'INVALID_ARGUMENT', 'no');
    await reporter.report(markOf(10, 0, 1), never);
    expect(refused).toStrictEqual([markOf(10, 0, 1)]);
  });

  it.each(['UNAUTHENTICATED', 'PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'UNIMPLEMENTED'] as const)(
    'does not go on where all reports are refused: %s',
    async (code) => {
      const { controlPlane, reporter, refused } = setUp();
      controlPlane.state.failure = new ControlPlaneRefusedError('StoreUsageEvent', code, 'no');
      await expect(reporter.report(markOf(10, 0, 1), never)).rejects.toThrow(ControlPlaneRefusedError);
      expect(refused).toStrictEqual([]);
    },
  );
});
