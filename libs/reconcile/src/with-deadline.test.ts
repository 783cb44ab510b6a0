import { describe, expect, it } from '@jest/globals';
import { DeadlineExceededError } from './errors.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { withDeadline } from './with-deadline.ts';

const never = new AbortController().signal;

function hang(): Promise<never> {
  return new Promise(() => {});
}

describe(withDeadline, () => {
  it('gives the result of work that is in time, and leaves no timer behind', async () => {
    const clock = createFakeClock();
    const limits = { step: 'observe', ms: 10, parent: never };
    await expect(withDeadline(clock, limits, async () => 'done')).resolves.toBe('done');
    await clock.settle();
    expect(clock.sleepers()).toBe(0);
  });

  it('aborts the work at the deadline and names the step, though the work does not listen', async () => {
    const clock = createFakeClock();
    let signal = never;
    const outcome = withDeadline(clock, { step: 'observe', ms: 10, parent: never }, (its) => {
      signal = its;
      return hang();
    });
    const error = outcome.catch((reason: unknown) => reason);
    await clock.advance(10);
    expect(await error).toEqual(new DeadlineExceededError('observe', 10));
    expect(signal.aborted).toBe(true);
  });

  it('ends with the reason of its parent', async () => {
    const parent = new AbortController();
    const limits = { step: 'observe', ms: 10, parent: parent.signal };
    const outcome = withDeadline(createFakeClock(), limits, hang);
    parent.abort(new Error('stopped'));
    await expect(outcome).rejects.toThrow('stopped');
    await expect(withDeadline(createFakeClock(), limits, hang)).rejects.toThrow('stopped');
  });

  it('turns a panic into a rejection', async () => {
    const panic = (): Promise<never> => {
      throw new TypeError('no such property');
    };
    const limits = { step: 'observe', ms: 10, parent: never };
    await expect(withDeadline(createFakeClock(), limits, panic)).rejects.toThrow('no such property');
  });
});
