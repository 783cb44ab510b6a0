import type { ControlPlane } from '@ccd/controlplane';
import type { JsonFile } from '@ccd/dataplane';

/** How long the default policy keeps keys; it cannot be changed. */
const defaultRetentionDays = 2556;

/** A stream names a policy that nobody knows. */
export class UnknownPolicyError extends Error {
  override readonly name = 'UnknownPolicyError';
  readonly policyId: string;

  constructor(policyId: string) {
    super(`policy ${policyId} is unknown`);
    this.policyId = policyId;
  }
}

/** Days that policies keep keys. An active policy never changes, so an answer holds for good. */
export interface Policies {
  /** At once where it is known. Rejects with UnknownPolicyError or ControlPlaneUnavailableError. */
  retentionDays(policyId: string): number | Promise<number>;
}

const deadlineMs = 5_000;

export function createPolicies(
  controlPlane: Pick<ControlPlane, 'retentionDays'>,
  cache: JsonFile<Readonly<Record<string, number>>>,
): Policies {
  const known = new Map([['', defaultRetentionDays]]);
  const loaded = cache.load().then((cached) => {
    for (const [policyId, days] of Object.entries(cached ?? {})) known.set(policyId, days);
  });
  let saving: Promise<void> = Promise.resolve();

  async function findOrAsk(policyId: string): Promise<number> {
    await loaded;
    const days = known.get(policyId);
    if (days !== undefined) return days;
    const asked = await controlPlane.retentionDays(policyId, AbortSignal.timeout(deadlineMs));
    if (asked === undefined) throw new UnknownPolicyError(policyId);
    known.set(policyId, asked);
    saving = saving.then(() => cache.save(Object.fromEntries(known)));
    await saving;
    return asked;
  }

  return { retentionDays: (policyId) => known.get(policyId) ?? findOrAsk(policyId) };
}
