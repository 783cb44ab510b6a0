import { z } from 'zod';
import type { Manifest } from '../template/manifest.ts';
import { managedBy } from '../template/marks.ts';
import type { ElectionTimes, LeaseRecord } from './election.ts';

const leaseSchema = z.object({
  metadata: z.looseObject({ name: z.string(), resourceVersion: z.string() }),
  spec: z
    .looseObject({
      holderIdentity: z.string().nullish(),
      leaseDurationSeconds: z.number().nullish(),
      leaseTransitions: z.number().nullish(),
      acquireTime: z.string().nullish(),
    })
    .default({}),
});

export type Lease = z.output<typeof leaseSchema>;

export const parseLease = (object: unknown): Lease => leaseSchema.parse(object);

export const toRecord = ({ metadata, spec }: Lease): LeaseRecord => ({
  holder: spec.holderIdentity ?? '',
  durationMs: (spec.leaseDurationSeconds ?? 0) * 1_000,
  transitions: spec.leaseTransitions ?? 0,
  version: metadata.resourceVersion,
});

export interface Claim {
  readonly name: string;
  readonly holder: string;
  readonly transitions: number;
  /** Wall time, for people to read. */
  readonly now: number;
  readonly times: ElectionTimes;
}

/** The Lease as the claim wants it, over what was read: annotations of others stay. */
export function toClaimed(
  before: Lease | undefined,
  { name, holder, transitions, now, times }: Claim,
): Manifest {
  const time = toMicroTime(now);
  const kept = before?.spec.holderIdentity === holder ? before.spec.acquireTime : undefined;
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: before?.metadata ?? { name, labels: { 'app.kubernetes.io/managed-by': managedBy } },
    spec: {
      ...before?.spec,
      holderIdentity: holder,
      leaseDurationSeconds: Math.ceil(times.leaseMs / 1_000),
      acquireTime: kept ?? time,
      renewTime: time,
      leaseTransitions: transitions,
    },
  };
}

/** The Lease with nobody in it, so that the next need not wait. */
export const toReleased = (lease: Lease): Manifest => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: lease.metadata,
  spec: { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1 },
});

const toMicroTime = (wallTime: number): string => new Date(wallTime).toISOString().replace('Z', '000Z');
