import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '@ccd/reconcile/testing';
import { ControlPlaneUnavailableError } from './errors.ts';
import type { EntityStateReport } from './domain.ts';
import { createStateReporter } from './state-reporter.ts';
import type { ReportProblem } from './state-reporter.ts';
import { createFakeControlPlane } from './testing/fake-control-plane.ts';

const away = new ControlPlaneUnavailableError('UpdateEntityStates', 'UNAVAILABLE', '');

function topic(name: string, status: EntityStateReport['status'] = 'HEALTHY', message = '') {
  return {
    entityType: 'STREAM',
    resourceType: 'STREAM_TOPIC',
    name,
    projectId: 'p',
    status,
    message,
  } as const;
}

function setUp(capacity = 100) {
  const controlPlane = createFakeControlPlane();
  const clock = createFakeClock();
  const problems: ReportProblem[] = [];
  const reporter = createStateReporter({
    controlPlane,
    clock,
    component: 'STREAMS_AGENT',
    instanceId: 'pod-1',
    capacity,
    onProblem: (problem) => void problems.push(problem),
  });
  const statuses = (): string[] => controlPlane.entityStates.map(({ name, status }) => `${name} ${status}`);
  const own = (): string[] => controlPlane.componentStates.map(({ state }) => state);
  return { controlPlane, clock, problems, reporter, statuses, own };
}

describe(createStateReporter, () => {
  it('gathers states and sends the latest of each resource', async () => {
    const { reporter, clock, statuses, controlPlane } = setUp();
    reporter.start();
    await clock.settle();
    reporter.entity(topic('a', 'PENDING'));
    reporter.entity(topic('b'));
    reporter.entity(topic('a', 'HEALTHY'));
    await clock.advance(2_000);
    expect(statuses()).toEqual(['b HEALTHY', 'a HEALTHY']);
    expect(controlPlane.calls.get('reportEntityStates')).toBe(1);
    await reporter.stop();
  });

  it('repeats an unchanged state no more often than the heartbeat', async () => {
    const { reporter, clock, statuses } = setUp();
    reporter.start();
    for (let seconds = 0; seconds < 70; seconds += 2) {
      reporter.entity(topic('a'));
      await clock.advance(2_000);
    }
    expect(statuses()).toEqual(['a HEALTHY', 'a HEALTHY']);
    await reporter.stop();
  });

  it('sends a change of status or message at once', async () => {
    const { reporter, clock, statuses } = setUp();
    reporter.start();
    for (const state of [topic('a'), topic('a', 'UNHEALTHY'), topic('a', 'UNHEALTHY', 'why'), topic('a')]) {
      reporter.entity(state);
      await clock.advance(2_000);
    }
    expect(statuses()).toEqual(['a HEALTHY', 'a UNHEALTHY', 'a UNHEALTHY', 'a HEALTHY']);
    await reporter.stop();
  });

  it('sends after an outage what came in during it, the latest of each', async () => {
    const { reporter, clock, statuses, controlPlane, problems } = setUp();
    reporter.start();
    await clock.settle();
    controlPlane.state.failure = away;
    reporter.entity(topic('a', 'PENDING'));
    await clock.advance(4_000);
    reporter.entity(topic('a', 'UNHEALTHY'));
    expect(problems[0]).toEqual({ kind: 'ReportFailed', cause: away });
    controlPlane.state.failure = undefined;
    await clock.advance(2_000);
    expect(statuses()).toEqual(['a UNHEALTHY']);
    await reporter.stop();
  });

  it('reads a log when its state is sent, and sends what there is of it', async () => {
    const { reporter, clock, controlPlane } = setUp();
    let reads = 0;
    const readLog = (): Promise<readonly string[]> => Promise.resolve([`line ${(reads += 1)}`]);
    const hangs = (): Promise<readonly string[]> => new Promise(() => {});
    const fails = (): Promise<readonly string[]> => Promise.reject(new Error('no right to'));
    reporter.start();
    for (let seconds = 0; seconds < 60; seconds += 2) {
      reporter.entity({ ...topic('a', 'UNHEALTHY', 'why'), readLog });
      if (seconds === 0) {
        reporter.entity({ ...topic('b'), readLog: hangs });
        reporter.entity({ ...topic('c'), readLog: fails });
        reporter.entity(topic('d'));
      }
      await clock.advance(2_000);
    }
    expect(reads).toBe(1);
    expect(controlPlane.entityStates.map(({ name, logs }) => [name, logs])).toEqual([
      ['a', ['line 1']],
      ['b', []],
      ['c', []],
      ['d', undefined],
    ]);
    await reporter.stop();
  });

  it('reads few logs at a time, however many fail', async () => {
    const { reporter, clock, controlPlane } = setUp();
    let reads = 0;
    const readLog = async (): Promise<readonly string[]> => [`line ${(reads += 1)}`];
    reporter.start();
    for (let at = 0; at < 50; at += 1) reporter.entity({ ...topic(`t-${at}`), readLog });
    await clock.advance(2_000);
    expect([reads, controlPlane.entityStates.length]).toEqual([20, 50]);
    await reporter.stop();
  });

  it('is bounded, and tells what it gives up', async () => {
    const { reporter, problems } = setUp(2);
    for (const name of ['a', 'b', 'c']) reporter.entity(topic(name));
    expect(problems).toMatchObject([{ kind: 'StateDropped', state: { name: 'a' } }]);
  });

  it('says RUNNING at once and as a heartbeat, and SHUTTING_DOWN at the end', async () => {
    const { reporter, clock, own } = setUp();
    reporter.start();
    await clock.advance(121_000);
    await reporter.stop();
    expect(own()).toEqual(['RUNNING', 'RUNNING', 'RUNNING', 'SHUTTING_DOWN']);
    expect(clock.sleepers()).toBe(0);
  });

  it('says what is wrong with the component as soon as it knows', async () => {
    const { reporter, clock, own } = setUp();
    reporter.start();
    await clock.settle();
    reporter.own({ state: 'ERROR', message: 'no control plane' });
    await clock.advance(2_000);
    expect(own()).toEqual(['RUNNING', 'ERROR']);
    await reporter.stop();
  });

  it('sends what is left when it stops', async () => {
    const { reporter, clock, statuses } = setUp();
    reporter.start();
    await clock.settle();
    reporter.entity(topic('a', 'REMOVED'));
    await reporter.stop();
    expect(statuses()).toEqual(['a REMOVED']);
  });

  it('stops in time when nobody answers any more', async () => {
    const { clock, controlPlane, ...rest } = setUp();
    controlPlane.reportComponentState = () => new Promise(() => {});
    rest.reporter.start();
    await clock.settle();
    const stopped = rest.reporter.stop();
    await clock.advance(10_000);
    await expect(stopped).resolves.toBeUndefined();
    expect(clock.sleepers()).toBe(0);
  });
});
