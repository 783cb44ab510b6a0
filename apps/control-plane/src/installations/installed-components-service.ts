import { installations } from '@ccd/protocol';
import type { ServiceContext } from '../context.ts';
import { organizationOf, requireInstallation } from '../projects/project-access.ts';
import type { Implementation } from '../rpc/handlers.ts';
import { implement } from '../rpc/handlers.ts';
import { notFound, permissionDenied } from '../rpc/status-error.ts';
import type { ComponentStates } from './component-state-store.ts';
import { readComponents, writeComponentState } from './component-state-store.ts';
import { requireInstallationOf } from './installations-service.ts';

/** A component that said nothing for longer has no current state: it repeats it every minute. */
const currentForMs = 5 * 60_000;

/** Which parts of a data plane run, as they say themselves. */
export function createInstalledComponentsService({
  database,
  clock,
}: Pick<ServiceContext, 'database' | 'clock'>): Implementation {
  const everything = new Date(0);

  return implement(installations.InstalledComponentsServiceService, {
    async updateInstalledComponentState(request, { principal }) {
      if (request.installationId !== requireInstallation(principal)) {
        throw permissionDenied('An installation reports its own components only');
      }
      await database.transaction((transaction) => writeComponentState(transaction, request, clock.now()));
      return {};
    },

    async getInstalledComponent({ installationId, installedComponentType }, { principal }) {
      await requireInstallationOf(database, organizationOf(principal), installationId);
      const components = await readComponents(database, installationId, everything);
      const found = components.find(({ componentType }) => componentType === installedComponentType);
      if (found === undefined) {
        const name =
          Object.entries(installations.InstalledComponentType).find(
            ([, value]) => value === installedComponentType,
          )?.[0] ?? String(installedComponentType);
        throw notFound('Installed component', name);
      }
      return { installedComponent: toComponent(found) };
    },

    async listInstalledComponents({ installationId }, { principal }) {
      await requireInstallationOf(database, organizationOf(principal), installationId);
      const components = await readComponents(database, installationId, everything);
      return { installedComponents: components.map(toComponent) };
    },

    async listInstalledComponentsCurrentStates({ installationId }, { principal }) {
      await requireInstallationOf(database, organizationOf(principal), installationId);
      const since = new Date(clock.now() - currentForMs);
      const components = await readComponents(database, installationId, since);
      return {
        installedComponents: components.map(({ componentType, instances }) => ({
          componentType,
          instances: [...instances].map(([id, [state]]) => ({ id, state })),
        })),
      };
    },
  });
}

const toComponent = ({ componentType, instances }: ComponentStates): installations.InstalledComponent => ({
  componentType,
  instances: [...instances].map(([id, states]) => ({ id, states: [...states] })),
});
