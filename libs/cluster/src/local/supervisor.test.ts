import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '@ccd/reconcile/testing';
import { BlockedError, createSupervisor } from './supervisor.ts';
import type { Exit, Report } from './supervisor.ts';

interface FakeProcess {
  readonly report: (report: Report) => void;
  readonly exit: (how?: string) => void;
  readonly signals: readonly string[];
  readonly startedAt: number;
}

/** A supervisor over processes that the test moves. */
async function supervised({ heedsTerm = true, random = 1 } = {}) {
  const clock = createFakeClock();
  const processes: FakeProcess[] = [];
  let blocked: BlockedError | undefined;
  const supervisor = createSupervisor({
    clock,
    graceMs: 10_000,
    random: () => random,
    onChange: () => {},
    launch: async (report) => {
      if (blocked) throw blocked;
      const { promise: exited, resolve } = Promise.withResolvers<Exit>();
      const signals: string[] = [];
      const exit = (how = 'exit code 1'): void => {
        resolve({ how });
      };
      processes.push({ report, exit, signals, startedAt: clock.monotonic() });
      return {
        exited,
        kill(signal) {
          signals.push(signal);
          if (signal === 'SIGKILL' || heedsTerm) exit(signal);
        },
      };
    },
  });
  await clock.settle();
  const last = (): FakeProcess => {
    const found = processes.at(-1);
    if (!found) throw new Error('nothing was started');
    return found;
  };
  const crash = async (): Promise<void> => {
    last().exit();
    await clock.settle();
  };
  const block = (error?: BlockedError): void => {
    blocked = error;
  };
  return { supervisor, clock, processes, last, crash, block };
}

describe(createSupervisor, () => {
  it('starts the process, and calls it running when it says so', async () => {
    const { supervisor, last } = await supervised();
    expect(supervisor.status()).toEqual({ state: 'starting' });
    last().report({ state: 'running' });
    expect(supervisor.status()).toEqual({ state: 'running' });
  });

  it('passes on what a process says of itself, and its recovery', async () => {
    const { supervisor, last } = await supervised();
    last().report({ state: 'failing', reason: 'KeyMissing', message: 'restore the key' });
    expect(supervisor.status()).toEqual({
      state: 'failing',
      reason: 'KeyMissing',
      message: 'restore the key',
      restarts: 0,
    });
    last().report({ state: 'running' });
    expect(supervisor.status()).toEqual({ state: 'running' });
  });

  it('starts it again after pauses that double from 1 s to 60 s', async () => {
    const { clock, processes, crash } = await supervised();
    for (const pause of [1, 2, 4, 8, 16, 32, 60, 60]) {
      const count = processes.length;
      await crash();
      await clock.advance(pause * 1_000 - 1);
      expect(processes).toHaveLength(count);
      await clock.advance(1);
      expect(processes).toHaveLength(count + 1);
    }
  });

  it('pauses after a crash also when it was told to look again while the process ran', async () => {
    const { supervisor, clock, processes, crash } = await supervised();
    supervisor.retry();
    await crash();
    await clock.advance(999);
    expect(processes).toHaveLength(1);
  });

  it('spreads the pauses, never below 1 s', async () => {
    const { clock, processes, crash } = await supervised({ random: 0 });
    await crash();
    await clock.advance(1_000);
    await crash();
    await clock.advance(1_500);
    expect(processes.map(({ startedAt }) => startedAt)).toEqual([0, 1_000, 2_500]);
  });

  it('calls it a crash loop from the third crash in a row, until it says that it runs', async () => {
    const { supervisor, clock, crash, last } = await supervised();
    await crash();
    expect(supervisor.status()).toMatchObject({ state: 'failing', reason: 'Crashed', restarts: 1 });
    await clock.advance(1_000);
    await crash();
    await clock.advance(2_000);
    await crash();
    expect(supervisor.status()).toMatchObject({ state: 'failing', reason: 'CrashLoop', restarts: 3 });
    await clock.advance(4_000);
    expect(supervisor.status()).toMatchObject({ reason: 'CrashLoop' });
    last().report({ state: 'running' });
    expect(supervisor.status()).toEqual({ state: 'running' });
  });

  it('forgets earlier crashes after a stable minute', async () => {
    const { clock, processes, crash } = await supervised();
    for (const pause of [1_000, 2_000, 4_000]) {
      await crash();
      await clock.advance(pause);
    }
    await clock.advance(60_000);
    await crash();
    await clock.advance(1_000);
    expect(processes).toHaveLength(5);
  });

  it('keeps the reason that a process gave before it ended', async () => {
    const { supervisor, last, crash } = await supervised();
    last().report({ state: 'failing', reason: 'InvalidConfig', message: 'PORT is not set' });
    await crash();
    expect(supervisor.status()).toMatchObject({
      reason: 'InvalidConfig',
      message: 'PORT is not set',
      restarts: 1,
    });
  });

  it('takes no sign of life that arrives after the end, but takes a reason', async () => {
    const { supervisor, last, crash } = await supervised();
    await crash();
    last().report({ state: 'running' });
    expect(supervisor.status()).toMatchObject({ state: 'failing', reason: 'Crashed' });
    last().report({ state: 'failing', reason: 'InvalidConfig', message: 'x' });
    expect(supervisor.status()).toMatchObject({ state: 'failing', reason: 'InvalidConfig' });
  });

  it('stops with SIGTERM alone where that is heeded', async () => {
    const { supervisor, clock, last, processes } = await supervised();
    await supervisor.stop();
    expect([supervisor.status(), last().signals]).toEqual([{ state: 'stopping' }, ['SIGTERM']]);
    await clock.advance(120_000);
    expect([processes.length, clock.sleepers()]).toEqual([1, 0]);
  });

  it('kills after the grace period, and resolves only when the process is gone', async () => {
    const { supervisor, clock, last } = await supervised({ heedsTerm: false });
    let stopped = false;
    const stop = supervisor.stop().then(() => (stopped = true));
    await clock.advance(9_999);
    expect([stopped, last().signals]).toEqual([false, ['SIGTERM']]);
    await clock.advance(1);
    await stop;
    expect(last().signals).toEqual(['SIGTERM', 'SIGKILL']);
  });

  it('stops at once while it waits for the next attempt', async () => {
    const { supervisor, clock, crash, processes } = await supervised();
    await crash();
    await supervisor.stop();
    await clock.advance(120_000);
    expect([processes.length, clock.sleepers()]).toEqual([1, 0]);
  });

  it('replaces: the new process starts when the old one is gone, never beside it', async () => {
    const { supervisor, clock, processes, last } = await supervised({ heedsTerm: false });
    last().report({ state: 'running' });
    supervisor.replace();
    await clock.advance(9_999);
    expect([processes.length, supervisor.status()]).toEqual([1, { state: 'starting' }]);
    await clock.advance(1);
    expect(processes).toHaveLength(2);
    processes[0]?.report({ state: 'failing', reason: 'Old', message: '' });
    expect(supervisor.status()).toEqual({ state: 'starting' });
  });

  it('replaces at once what waits after a crash, as a first attempt', async () => {
    const { supervisor, clock, processes, crash } = await supervised();
    await crash();
    await clock.advance(1_000);
    await crash();
    supervisor.replace();
    await clock.settle();
    expect(processes).toHaveLength(3);
    await crash();
    await clock.advance(1_000);
    expect(processes).toHaveLength(4);
  });

  it('waits for what it lacks, says so, and starts as soon as it is told to look again', async () => {
    const { supervisor, clock, processes, block, crash } = await supervised();
    block(new BlockedError('SecretNotFound', 'the secret s does not exist'));
    await crash();
    await clock.advance(30_000);
    expect(supervisor.status()).toEqual({
      state: 'failing',
      reason: 'SecretNotFound',
      message: 'the secret s does not exist',
      restarts: 1,
    });
    block();
    supervisor.retry();
    await clock.settle();
    expect(processes).toHaveLength(2);
  });
});
