import type { NotedState } from '@ccd/controlplane';
import type { Observed, ResourceReport } from '@ccd/reconcile';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { EntityIdentity, PlannedResource } from './agent-plan.ts';
import { createEntityReports } from './entity-reports.ts';
import type { EntityReports } from './entity-reports.ts';
import type { LiveStatus } from './entity-states.ts';

const keyOf = (id: string) => ({ kind: 'topic', id });
const entityOf = (name: string): EntityIdentity => ({
  entityType: 'STREAM',
  resourceType: 'STREAM_TOPIC',
  name,
  projectId: 'p',
});
const planned = (id: string): PlannedResource<string> => ({
  desired: { key: keyOf(id), spec: id, hash: id },
  entity: entityOf(id),
});
const ofNobody: PlannedResource<string> = { desired: { key: keyOf('dlq'), spec: 'dlq', hash: 'dlq' } };
const found = (id: string, live: LiveStatus): Observed<LiveStatus> => ({
  key: keyOf(id),
  live,
  owned: true,
});
const done = (id: string, outcome: ResourceReport['outcome']): ResourceReport => ({
  key: keyOf(id),
  outcome,
  reason: 'Because',
});

describe(createEntityReports, () => {
  let told: NotedState[] = [];
  let reports: EntityReports<LiveStatus>;
  beforeEach(() => {
    told = [];
    reports = createEntityReports<LiveStatus>({
      reporter: {
        entity(state) {
          told.push(state);
        },
      },
      statusOf: (live) => live,
      logOf: (live) => (live.state === 'failing' ? async () => [`log: ${live.reason}`] : undefined),
    });
  });

  const plan = (...resources: readonly PlannedResource<string>[]): void => {
    reports.plan({ resources, rejected: [], refused: [] });
  };
  const toldBy = (work: () => void): readonly string[] => {
    told = [];
    work();
    return told.map(({ name, status, message }) => `${name} ${status}${message && ` ${message}`}`);
  };
  const run = (...resources: readonly ResourceReport[]): readonly string[] =>
    toldBy(() => {
      reports.run({ resources, outcome: 'succeeded' }, []);
    });

  it('tells of what somebody knows, in each run, and of nothing else', () => {
    plan(planned('a'), ofNobody);
    const resources = [done('a', 'unchanged'), done('dlq', 'created'), done('foreign', 'skipped')];
    expect(run(...resources)).toEqual(['a HEALTHY']);
    plan(planned('a'), ofNobody);
    expect(run(...resources)).toEqual(['a HEALTHY']);
  });

  it('tells why a live resource fails, with its log', async () => {
    plan(planned('a'));
    const live: LiveStatus = { state: 'failing', reason: 'OutOfMemory', message: 'more of it', restarts: 1 };
    reports.run({ resources: [done('a', 'unchanged')], outcome: 'succeeded' }, [found('a', live)]);
    expect(told).toMatchObject([{ status: 'RESTARTING', message: 'OutOfMemory: more of it' }]);
    await expect(told[0]?.readLog?.(new AbortController().signal)).resolves.toEqual(['log: OutOfMemory']);
  });

  it('tells once that a resource was removed, by a run or by somebody else', () => {
    plan(planned('a'), planned('b'), planned('c'));
    plan(planned('a'));
    expect(run(done('a', 'unchanged'), done('b', 'deleted'))).toEqual([
      'a HEALTHY',
      'b REMOVED',
      'c REMOVED',
    ]);
    expect(run(done('a', 'unchanged'))).toEqual(['a HEALTHY']);
  });

  it('says of nothing that it is gone while a run failed or a part of the answer cannot be read', () => {
    plan(planned('a'));
    plan();
    expect(
      toldBy(() => {
        reports.run({ resources: [], outcome: 'failed' }, []);
      }),
    ).toEqual([]);
    reports.plan({ resources: [], rejected: [{ key: keyOf('a'), message: 'garbled' }], refused: [] });
    expect(run()).toEqual([]);
    plan();
    expect(run()).toEqual(['a REMOVED']);
  });

  it('tells what the guardrails forbid in place of what became of it', () => {
    const message = 'purpose 3 is not allowed';
    const refused = [{ key: keyOf('a'), entity: entityOf('a'), message }];
    reports.plan({ resources: [planned('a')], rejected: [], refused });
    expect(run(done('a', 'deleted'))).toEqual([`a UNHEALTHY BeyondGuardrails: ${message}`]);
    plan(planned('a'));
    expect(run(done('a', 'created'))).toEqual(['a HEALTHY']);
  });

  it('knows a resource again that was removed and is called for by the same plan', () => {
    const resources = [planned('a')];
    plan(...resources);
    expect(run(done('a', 'deleted'))).toEqual(['a REMOVED']);
    plan(...resources);
    expect(run(done('a', 'created'))).toEqual(['a HEALTHY']);
  });

  it('forgets nothing that was called for together with one that was removed', () => {
    plan(planned('a'), planned('c'));
    expect(run(done('a', 'deleted'), done('c', 'unchanged'))).toEqual(['a REMOVED', 'c HEALTHY']);
    plan();
    expect(run()).toEqual(['c REMOVED']);
  });
});
