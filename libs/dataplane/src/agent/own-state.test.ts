import { describe, expect, it } from '@jest/globals';
import { toOwnState } from './own-state.ts';

const reached = { reachable: true, failures: 0 };
const succeeded = { outcome: 'succeeded', reason: 'Converged', controlPlane: reached } as const;
const failed = {
  outcome: 'failed',
  reason: 'ObserveFailed',
  message: 'no answer',
  controlPlane: reached,
} as const;
const away = { reachable: false, failures: 3, message: 'no route' };

describe(toOwnState, () => {
  it('is an error that the right to write cannot be asked for, however well the run went', () => {
    expect(toOwnState(succeeded, { is: 'unknown', why: 'lease a is not allowed' })).toEqual({
      state: 'ERROR',
      message: 'LeaseUnavailable: lease a is not allowed',
    });
  });

  it('is running for one that looks on, unless it cannot even look', () => {
    expect(
      toOwnState({ ...succeeded, outcome: 'degraded', reason: 'WriteGateClosed' }, { is: 'not ours' }),
    ).toEqual({
      state: 'RUNNING',
      message: '',
    });
    expect(toOwnState(failed, { is: 'not ours' })).toEqual({
      state: 'ERROR',
      message: 'ObserveFailed: no answer',
    });
  });

  it('is an error after three answers in a row that could not be used, and says what is wrong before', () => {
    const degraded = { outcome: 'degraded', reason: 'ControlPlaneUnreachable' } as const;
    const controlPlane = { ...away, failures: 2 };
    expect(toOwnState({ ...degraded, controlPlane }, { is: 'ours' })).toEqual({
      state: 'RUNNING',
      message: 'ControlPlaneUnreachable: no route',
    });
    expect(toOwnState({ ...degraded, controlPlane: away }, { is: 'ours' })).toMatchObject({ state: 'ERROR' });
  });
});
