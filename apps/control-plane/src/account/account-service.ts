import { account, entities } from '@ccd/protocol';
import type { ServiceContext } from '../context.ts';
import { readOrganization } from '../organizations/organization-store.ts';
import { requireUser } from '../projects/project-access.ts';
import type { Implementation } from '../rpc/handlers.ts';
import { implement } from '../rpc/handlers.ts';

/** An installation of one's own has no subscription that would limit it. */
const maxInputStreams = 2_147_483_647;

/** Who the caller is. */
export function createAccountService({ database }: Pick<ServiceContext, 'database'>): Implementation {
  return implement(account.AccountServiceService, {
    async getAccountDetails(_request, { principal }) {
      const user = requireUser(principal);
      const { id, name, handle } = await readOrganization(database, user.organizationId);
      return account.GetAccountDetailsResponse.create({
        maxInputStreams,
        handle,
        subscription: 'SELF_HOSTED',
        organization: name,
        organizationId: id,
        internalUserId: user.userId,
        isOnboardingDone: true,
        userRoles: user.roles.map((role) => entities.UserRole[role]),
      });
    },
  });
}
