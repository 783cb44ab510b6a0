import { policies } from '@ccd/protocol';
import type { ServiceContext } from '../context.ts';
import { organizationOf } from '../projects/project-access.ts';
import type { Implementation } from '../rpc/handlers.ts';
import { implement } from '../rpc/handlers.ts';
import { listPolicies, requirePolicy } from './policy-store.ts';

/** How long keys are kept, and on which grounds. */
export function createPoliciesService({ database }: Pick<ServiceContext, 'database'>): Implementation {
  return implement(policies.PoliciesServiceService, {
    async listPolicies(_request, { principal }) {
      return { policies: [...(await listPolicies(database, organizationOf(principal)))] };
    },

    async getPolicy({ policyId }, { principal }) {
      return { policy: await requirePolicy(database, organizationOf(principal), policyId) };
    },
  });
}
