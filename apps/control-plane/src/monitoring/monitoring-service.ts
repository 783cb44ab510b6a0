import { monitoring } from '@ccd/protocol';
import type { ServiceContext } from '../context.ts';
import type { Principal } from '../principals.ts';
import { requireInstallation, requireProject, requireUser } from '../projects/project-access.ts';
import { projectsOfUser } from '../projects/project-store.ts';
import type { Implementation } from '../rpc/handlers.ts';
import { implement } from '../rpc/handlers.ts';
import { readStates, writeStates } from './entity-state-store.ts';
import { projectState } from './project-state.ts';

/** Between two looks for a caller who wants every change. Replicas share no memory, so each looks. */
const lookEveryMs = 1_000;

type Selection = Pick<monitoring.GetEntityStateRequest, 'ref' | 'status' | 'projectionMask'>;

/** How what runs in the customers' clusters is doing, as the agents there report it. */
export function createMonitoringService({
  database,
  clock,
}: Pick<ServiceContext, 'database' | 'clock'>): Implementation {
  async function select(
    principal: Principal,
    { ref, status }: Selection,
  ): Promise<readonly monitoring.EntityState[]> {
    const projectId = ref?.projectId ?? '';
    const projectIds =
      projectId === ''
        ? (await projectsOfUser(database, requireUser(principal))).map(({ id }) => id)
        : [(await requireProject(database, principal, projectId)).id];
    return readStates(database, { projectIds, type: ref?.type ?? 0, name: ref?.name ?? '', status });
  }

  return implement(monitoring.MonitoringServiceService, {
    async getLatestEntityStates(request, { principal }) {
      const states = await select(principal, request);
      return { state: states.map((state) => projectState(state, request.projectionMask)) };
    },

    async *getEntityState(request, { principal, signal }) {
      const told = new Map<string, string>();
      while (!signal.aborted) {
        for (const state of await select(principal, request)) {
          const resource = resourceOf(state);
          const content = JSON.stringify([state.status, state.message, state.logs]);
          if (told.get(resource) === content) continue;
          told.set(resource, content);
          yield { state: projectState(state, request.projectionMask) };
        }
        await clock.sleep(lookEveryMs, signal).catch(() => {});
      }
    },

    async updateEntityStates(requests, { principal }) {
      const installationId = requireInstallation(principal);
      for await (const { states } of requests) {
        await database.transaction((transaction) =>
          writeStates(transaction, installationId, states, clock.now()),
        );
      }
      return {};
    },
  });
}

const resourceOf = ({ ref, resourceType }: monitoring.EntityState): string =>
  JSON.stringify([ref?.projectId, ref?.type, ref?.name, resourceType]);
