import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '@ccd/reconcile/testing';
import { createHints } from './hints.ts';
import { afterWatch, isAsNewAs, readWatchEvent } from './watch-step.ts';

describe(readWatchEvent, () => {
  const event = (type: string, object: object): string => JSON.stringify({ type, object });
  const metadata = { resourceVersion: '7' };
  it.each([
    ['a change', event('MODIFIED', { metadata }), { is: 'change', resourceVersion: '7' }],
    ['a bookmark', event('BOOKMARK', { metadata }), { is: 'bookmark', resourceVersion: '7' }],
    ['a version that is too old', event('ERROR', { kind: 'Status', code: 410 }), { is: 'expired' }],
    [
      'a version that lies ahead of the server',
      event('ERROR', {
        kind: 'Status',
        code: 504,
        details: { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }] },
      }),
      { is: 'expired' },
    ],
    ['a server that is late', event('ERROR', { kind: 'Status', code: 504, details: {} }), { is: 'error' }],
    ['another error', event('ERROR', { kind: 'Status', code: 500 }), { is: 'error' }],
    ['a type of the future', event('PATCHED', { metadata }), { is: 'error' }],
    ['an object without a version', event('ADDED', { metadata: {} }), { is: 'error' }],
    ['a line that was cut', '{"type":"ADD', { is: 'error' }],
  ])('reads %s', (_title, line, expected) => {
    expect(readWatchEvent(line)).toEqual(expected);
  });
});

describe(afterWatch, () => {
  const state = { resourceVersion: '7', failures: 0 };

  it('goes on where it ended, when the server closed it', () => {
    expect(afterWatch(state, { how: 'closed' }, true, 0)).toEqual({ state, hint: false, pauseMs: 0 });
  });

  it.each(['expired', 'stalled'] as const)('begins anew and asks for a list when it has %s', (how) => {
    expect(afterWatch(state, { how }, true, 0)).toEqual({ state: { failures: 0 }, hint: true, pauseMs: 0 });
  });

  it('waits longer each time that it brings nothing, up to half a minute', () => {
    let [current, pauses]: [{ readonly failures: number }, number[]] = [{ failures: 0 }, []];
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const step = afterWatch(current, { how: 'closed' }, false, 1);
      current = step.state;
      pauses = [...pauses, step.pauseMs];
    }
    expect(pauses.slice(0, 3)).toEqual([1_000, 2_000, 4_000]);
    expect(pauses.at(-1)).toBe(30_000);
  });

  it('leaves a busy server alone for as long as it asks', () => {
    expect(afterWatch(state, { how: 'failed', retryAfterMs: 60_000 }, false, 0).pauseMs).toBe(60_000);
  });
});

describe(isAsNewAs, () => {
  it.each([
    ['7', '7', true],
    ['8', '7', true],
    ['6', '7', false],
    ['10', '9', true],
    ['9', '10', false],
    ['36893488147419103233', '36893488147419103232', true],
    ['x', '7', false],
    ['7', '', false],
  ])('%s as %s: %s', (one, other, expected) => {
    expect(isAsNewAs(one, other)).toBe(expected);
  });
});

describe(createHints, () => {
  it('passes the first on at once, and those after it together', async () => {
    const clock = createFakeClock();
    let told = 0;
    const hints = createHints(clock, () => (told += 1));
    for (let times = 0; times < 5; times += 1) hints.hint();
    expect(told).toBe(1);
    await clock.advance(250);
    expect(told).toBe(2);
    await clock.advance(10_000);
    expect(told).toBe(2);
    hints.close();
  });

  it('wakes a busy agent less often, and still within seconds', async () => {
    const clock = createFakeClock();
    let told = 0;
    const hints = createHints(clock, () => (told += 1));
    hints.took(60_000);
    hints.hint();
    hints.hint();
    await clock.advance(2_999);
    expect(told).toBe(1);
    await clock.advance(1);
    expect(told).toBe(2);
    hints.close();
  });
});
