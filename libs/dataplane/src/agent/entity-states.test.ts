import { describe, expect, it } from '@jest/globals';
import type { ResourceReport } from '@ccd/reconcile';
import { toShownState } from './entity-states.ts';
import type { LiveStatus } from './entity-states.ts';

const report = (rest: Omit<ResourceReport, 'key'>): ResourceReport => ({
  key: { kind: 'decrypter', id: 'a' },
  ...rest,
});
const running: LiveStatus = { state: 'running' };
const failing: LiveStatus = {
  state: 'failing',
  reason: 'KeyMissing',
  message: 'partition 1 waits',
  restarts: 0,
};

describe(toShownState, () => {
  it.each([
    ['what runs is healthy', report({ outcome: 'unchanged', reason: 'AsDesired' }), running, 'HEALTHY', ''],
    [
      'what cannot fail by itself is healthy',
      report({ outcome: 'created', reason: 'Created' }),
      undefined,
      'HEALTHY',
      '',
    ],
    [
      'what starts is pending',
      report({ outcome: 'configured', reason: 'Changed' }),
      { state: 'starting' } as const,
      'PENDING',
      '',
    ],
    [
      'what fails says why',
      report({ outcome: 'unchanged', reason: 'AsDesired' }),
      failing,
      'UNHEALTHY',
      'KeyMissing: partition 1 waits',
    ],
    [
      'what crashed is restarting',
      report({ outcome: 'unchanged', reason: 'AsDesired' }),
      { ...failing, restarts: 2 },
      'RESTARTING',
      'KeyMissing: partition 1 waits',
    ],
    [
      'what stops is terminating',
      report({ outcome: 'unchanged', reason: 'AsDesired' }),
      { state: 'stopping' } as const,
      'TERMINATING',
      '',
    ],
    [
      'what could not be made is unhealthy, with the reason',
      report({ outcome: 'failed', reason: 'Refused', message: 'no room' }),
      undefined,
      'UNHEALTHY',
      'Refused: no room',
    ],
    [
      'what does not come to its end is terminating, with what keeps it',
      report({ outcome: 'failed', reason: 'StillEnding', message: 'look at its finalizers' }),
      running,
      'TERMINATING',
      'StillEnding: look at its finalizers',
    ],
    [
      'what waits until it is tried again to end it is terminating',
      report({ outcome: 'skipped', reason: 'BackingOff' }),
      { state: 'stopping' } as const,
      'TERMINATING',
      'BackingOff',
    ],
    [
      'what cannot be made in a namespace that goes is terminating',
      report({ outcome: 'failed', reason: 'NamespaceTerminating', message: 'being deleted' }),
      undefined,
      'TERMINATING',
      'NamespaceTerminating: being deleted',
    ],
    [
      'a foreign object in the way is unhealthy',
      report({ outcome: 'conflict', reason: 'ForeignObject' }),
      undefined,
      'UNHEALTHY',
      'ForeignObject',
    ],
    [
      'what waits is pending',
      report({ outcome: 'skipped', reason: 'BackingOff' }),
      running,
      'PENDING',
      'BackingOff',
    ],
    [
      'what waits for another attempt still says what went wrong, and until when',
      report({
        outcome: 'skipped',
        reason: 'BackingOff',
        nextAttemptAt: Date.UTC(2026, 0, 1, 0, 1),
        lastAttempt: { outcome: 'failed', reason: 'QuotaExceeded', message: 'raise it' },
      }),
      running,
      'UNHEALTHY',
      'QuotaExceeded: raise it; next try at 2026-01-01T00:01:00Z',
    ],
    [
      'what waits until it is asked for again to end says what keeps it',
      report({
        outcome: 'skipped',
        reason: 'BackingOff',
        lastAttempt: { outcome: 'failed', reason: 'StillEnding', message: 'look at its finalizers' },
      }),
      running,
      'TERMINATING',
      'StillEnding: look at its finalizers',
    ],
    [
      'what the guard keeps fares as it does, with the reason',
      report({ outcome: 'withheld', reason: 'ItemRejected' }),
      running,
      'HEALTHY',
      'ItemRejected',
    ],
    ['what is gone is removed', report({ outcome: 'deleted', reason: 'AskedFor' }), running, 'REMOVED', ''],
  ])('%s', (_rule, given, live, status, message) => {
    expect(toShownState(given, live)).toStrictEqual({ status, message });
  });
});
