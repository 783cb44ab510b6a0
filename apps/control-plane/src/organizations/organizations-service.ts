import { organizations } from '@ccd/protocol';
import type { ServiceContext } from '../context.ts';
import { organizationOf } from '../projects/project-access.ts';
import type { Implementation } from '../rpc/handlers.ts';
import { implement } from '../rpc/handlers.ts';
import { requireUserByEmail, usersOfOrganization } from './organization-store.ts';

/** The people of an organisation. */
export function createOrganizationsService({ database }: Pick<ServiceContext, 'database'>): Implementation {
  return implement(organizations.OrganizationsServiceService, {
    async getUser({ email }, { principal }) {
      return { user: await requireUserByEmail(database, organizationOf(principal), email) };
    },

    async listOrganizationMembers(_request, { principal }) {
      return { organizationMembers: [...(await usersOfOrganization(database, organizationOf(principal)))] };
    },
  });
}
