import { describe, expect, it } from '@jest/globals';
import { isPodOf } from './pod-owner.ts';
import { podSchema } from './pod-schema.ts';

const hash = { 'pod-template-hash': '5d4f' };
const replicaSet = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  name: 'a-5d4f',
  uid: 'r-1',
  controller: true,
};
const job = { apiVersion: 'batch/v1', kind: 'Job', name: 'a', uid: 'j-1', controller: true };
const pod = (labels: object, ownerReferences?: readonly object[]) =>
  podSchema.parse({
    metadata: {
      name: 'p',
      uid: 'p-1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: { 'ccd/workload': 'a', ...labels },
      ...(ownerReferences && { ownerReferences }),
    },
  });
const deployment = { kind: 'Deployment', name: 'a', uid: 'd-1' } as const;
const theJob = { kind: 'Job', name: 'a', uid: 'j-1' } as const;

describe(isPodOf, () => {
  it.each([
    ['the ReplicaSet of a Deployment made', pod(hash, [replicaSet]), deployment],
    ['a Job made', pod({}, [job]), theJob],
    ['a Job made whose uid is not known', pod({}, [job]), { kind: 'Job', name: 'a' } as const],
  ])('takes a pod that %s', (_title, given, owner) => {
    expect(isPodOf(given, owner)).toBe(true);
  });

  it.each([
    ['of nobody', pod(hash), deployment],
    ['of nobody, for a Job', pod(hash), theJob],
    ['that is owned and not controlled', pod(hash, [{ ...replicaSet, controller: false }]), deployment],
    ['of the ReplicaSet of another Deployment', pod(hash, [{ ...replicaSet, name: 'b-5d4f' }]), deployment],
    [
      'of a ReplicaSet whose name begins like it',
      pod(hash, [{ ...replicaSet, name: 'a-b-5d4f' }]),
      deployment,
    ],
    ['without the hash of its ReplicaSet', pod({}, [replicaSet]), deployment],
    ['of something else of that name', pod(hash, [{ ...replicaSet, kind: 'StatefulSet' }]), deployment],
    ['of an earlier Job of the name', pod({}, [{ ...job, uid: 'j-0' }]), theJob],
    ['of another Job', pod({}, [{ ...job, name: 'b' }]), theJob],
    ['of a ReplicaSet, for a Job', pod(hash, [replicaSet]), theJob],
  ])('takes no pod %s, whatever its labels say', (_title, given, owner) => {
    expect(isPodOf(given, owner)).toBe(false);
  });
});
