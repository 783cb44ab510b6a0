import { describe, expect, it } from '@jest/globals';
import { podSchema } from './pod-schema.ts';
import { toPodsStatus, toPodStatus } from './pod-status.ts';
import { statusSchema, toStatusWithoutPods, toWorkloadStatus } from './workload-status.ts';
import type { WorkloadState } from './workload-status.ts';

const now = Date.parse('2026-01-01T01:00:00Z');
const created = '2026-01-01T00:59:30Z';

const pod = (status: object, metadata: object = {}) =>
  podSchema.parse({ metadata: { name: 'a', uid: 'uid-a', creationTimestamp: created, ...metadata }, status });
const container = (rest: object) => ({ image: 'r.example/a:1', ...rest });
const withContainer = (rest: object) => pod({ containerStatuses: [container(rest)] });
const ended = (exitCode: number, reason = 'Error') => ({ terminated: { exitCode, reason } });
const ready = { type: 'Ready', status: 'True' };

describe(toPodStatus, () => {
  it.each([
    ['runs', pod({ conditions: [ready] }), { state: 'running' }],
    ['was just made', pod({}), { state: 'starting' }],
    [
      'gets its volumes',
      withContainer({ state: { waiting: { reason: 'ContainerCreating' } } }),
      { state: 'starting' },
    ],
    ['starts', withContainer({ state: { running: {} } }), { state: 'starting' }],
    [
      'finds no node',
      pod({
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'Unschedulable',
            message: '0/3 nodes are available',
          },
        ],
      }),
      {
        reason: 'Unschedulable',
        message:
          'no node takes the pod (0/3 nodes are available): look at requests, tolerations, affinity and nodes',
      },
    ],
    [
      'waits to pull its image',
      withContainer({ state: { waiting: { reason: 'ImagePullBackOff' } } }),
      { reason: 'ImagePullBackOff', message: expect.stringContaining('r.example/a:1 cannot be pulled') },
    ],
    [
      'has just failed to pull it',
      withContainer({ state: { waiting: { reason: 'ErrImagePull' } } }),
      { reason: 'ImagePullBackOff' },
    ],
    [
      'has a name of an image that is none',
      withContainer({ state: { waiting: { reason: 'InvalidImageName' } } }),
      { reason: 'InvalidImageName' },
    ],
    [
      'crashes again and again',
      withContainer({
        restartCount: 4,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: ended(1),
      }),
      { reason: 'CrashLoopBackOff', message: 'the process ended (exit code 1): see its log', restarts: 4 },
    ],
    [
      'ends in order again and again',
      withContainer({
        restartCount: 4,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: ended(0),
      }),
      { reason: 'CrashLoopBackOff', message: 'the process ended (exit code 0): see its log' },
    ],
    [
      'has crashed once and runs again, not ready yet',
      withContainer({ restartCount: 1, state: { running: {} }, lastState: ended(3) }),
      { reason: 'Crashed', restarts: 1 },
    ],
    [
      'needed too much memory',
      withContainer({
        restartCount: 2,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: ended(137, 'OOMKilled'),
      }),
      {
        reason: 'OOMKilled',
        message: 'it needed more memory than its limit: raise the limit in the pod template',
      },
    ],
    [
      'has said why before it ended',
      withContainer({
        restartCount: 4,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: {
          terminated: {
            exitCode: 1,
            message: JSON.stringify({ reason: 'InvalidConfig', message: 'X is\nmissing' }),
          },
        },
      }),
      { reason: 'InvalidConfig', message: 'X is missing', restarts: 4 },
    ],
    [
      'has left something else',
      withContainer({
        state: { terminated: { exitCode: 1, message: 'Error: of a log, with who knows what in it' } },
      }),
      { reason: 'Crashed', message: 'the process ended (exit code 1): see its log' },
    ],
    [
      'lacks a secret',
      withContainer({
        state: { waiting: { reason: 'CreateContainerConfigError', message: 'secret "redis" not found' } },
      }),
      { reason: 'SecretNotFound', message: 'the secret redis does not exist (yet)' },
    ],
    [
      'lacks a ConfigMap',
      withContainer({
        state: { waiting: { reason: 'CreateContainerConfigError', message: 'configmap "ca" not found' } },
      }),
      { reason: 'ConfigMapNotFound' },
    ],
    [
      'has settings that cannot be',
      withContainer({
        state: {
          waiting: {
            reason: 'CreateContainerConfigError',
            message: 'container has runAsNonRoot\nand image runs as root',
          },
        },
      }),
      {
        reason: 'CreateContainerConfigError',
        message:
          "the container's settings are not usable (container has runAsNonRoot and image runs as root)",
      },
    ],
    [
      'cannot be run',
      withContainer({ state: { waiting: { reason: 'RunContainerError' } } }),
      { reason: 'RunContainerError' },
    ],
    ['was evicted', pod({ phase: 'Failed', reason: 'Evicted' }), { reason: 'Evicted' }],
    ['has ended', pod({ phase: 'Failed' }), { reason: 'PodFailed' }],
    [
      'runs for long and does not get ready',
      pod({
        conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: '2026-01-01T00:30:00Z' }],
        containerStatuses: [container({ state: { running: {} } })],
      }),
      { reason: 'NotReady' },
    ],
    [
      'waits for long for its volumes',
      pod(
        { containerStatuses: [container({ state: { waiting: { reason: 'ContainerCreating' } } })] },
        {
          creationTimestamp: '2026-01-01T00:30:00Z',
        },
      ),
      { reason: 'NotStarting', message: expect.stringContaining('a Secret or a volume that is missing') },
    ],
  ])('one that %s', (_title, given, expected) => {
    expect(toPodStatus(given, now)).toMatchObject(expected);
  });
});

describe(toPodsStatus, () => {
  it('says what a pod says itself, as soon as it says it', () => {
    const waiting = withContainer({ state: { running: {} } });
    const words = { reason: 'KeyMissing', message: 'Partition 0 waits' };
    expect(toPodsStatus([waiting], now, new Map([['uid-a', words]]))).toEqual({
      state: 'failing',
      ...words,
      restarts: 0,
    });
    expect(toPodsStatus([waiting], now, new Map([['another', words]]))).toEqual({ state: 'starting' });
  });

  it('goes by the newest that is not ending', () => {
    const older = pod({ conditions: [ready] }, { creationTimestamp: '2026-01-01T00:00:00Z' });
    const newer = withContainer({ state: { waiting: { reason: 'ErrImagePull' } } });
    const ending = pod({ conditions: [ready] }, { creationTimestamp: created, deletionTimestamp: created });
    expect(toPodsStatus([older, newer], now)).toMatchObject({ state: 'failing' });
    expect(toPodsStatus([ending], now)).toEqual({ state: 'starting' });
  });
});

const deployment = (status: object, rest: Partial<WorkloadState> = {}): WorkloadState => ({
  kind: 'Deployment',
  generation: 2,
  deleting: false,
  status: statusSchema.parse({ observedGeneration: 2, ...status }),
  ...rest,
});
const refused = (message: string) =>
  deployment({ conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }] });

describe(toWorkloadStatus, () => {
  it.each([
    ['is being removed', deployment({}, { deleting: true }), { state: 'stopping' }],
    ['has its pod', deployment({ replicas: 1, updatedReplicas: 1, readyReplicas: 1 }), { state: 'running' }],
    [
      'has a pod by an earlier spec',
      deployment({ observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1 }),
      { state: 'starting' },
    ],
    [
      'has a pod that is being replaced',
      deployment({ replicas: 1, readyReplicas: 1 }),
      { state: 'starting' },
    ],
    ['has none yet', deployment({}), { state: 'starting' }],
    [
      'finds no room in a quota',
      refused('pods "a-1" is forbidden: exceeded quota: small, requested: pods=1'),
      { reason: 'QuotaExceeded', message: 'the quota small of the namespace leaves no room: raise it' },
    ],
    [
      'lacks what a quota asks for',
      refused('pods "a" is forbidden: failed quota: small: must specify limits.cpu for: decrypter'),
      { reason: 'QuotaExceeded', message: expect.stringContaining('asks for limits.cpu') },
    ],
    [
      'is too free for the namespace',
      refused('pods "a" is forbidden: violates PodSecurity "restricted"'),
      { reason: 'AdmissionDenied' },
    ],
    [
      'is refused by a webhook',
      refused('admission webhook "w.example" denied the request: no'),
      {
        reason: 'AdmissionDenied',
        message: 'w.example refuses the pod: change the rule or the pod template',
      },
    ],
    [
      'lacks its service account',
      refused('error looking up service account n/a: serviceaccount "a" not found'),
      { reason: 'ServiceAccountNotFound' },
    ],
    ['cannot be made', refused('something else'), { reason: 'FailedCreate' }],
    [
      'is a job that is done',
      deployment({ conditions: [{ type: 'Complete', status: 'True' }] }, { kind: 'Job' }),
      { state: 'finished' },
    ],
    [
      'is a job that gave up',
      deployment(
        { conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' }] },
        { kind: 'Job' },
      ),
      { reason: 'BackoffLimitExceeded' },
    ],
  ])('one that %s', (_title, state, expected) => {
    expect(toWorkloadStatus(state, [], now)).toMatchObject(expected);
  });

  it('needs no pods for what runs', () => {
    expect(
      toStatusWithoutPods(deployment({ replicas: 1, updatedReplicas: 1, readyReplicas: 1 })),
    ).toBeDefined();
    expect(toStatusWithoutPods(deployment({ replicas: 1, updatedReplicas: 1 }))).toBeUndefined();
  });
});
