import { describe, expect, it } from '@jest/globals';
import { abortable } from './abortable.ts';

const never = new Promise<never>(() => {});

describe(abortable, () => {
  it('is the promise, however it ends, where nobody aborts', async () => {
    const { signal } = new AbortController();
    await expect(abortable(Promise.resolve('done'), signal)).resolves.toBe('done');
    await expect(abortable(Promise.reject(new Error('refused')), signal)).rejects.toThrow('refused');
  });

  it('ends with the reason, whether it comes before or after', async () => {
    const controller = new AbortController();
    const outcome = abortable(never, controller.signal);
    controller.abort(new Error('stopped'));
    await expect(outcome).rejects.toThrow('stopped');
    await expect(abortable(never, controller.signal)).rejects.toThrow('stopped');
  });
});
