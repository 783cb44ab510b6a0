import { keyStreams } from '@ccd/protocol';
import type { ServiceContext } from '../context.ts';
import { requireProject } from '../projects/project-access.ts';
import { implement } from '../rpc/handlers.ts';
import type { Implementation } from '../rpc/handlers.ts';
import { notFound } from '../rpc/status-error.ts';
import { toKeyStream } from '../streams/stream-messages.ts';
import type { StreamStore } from '../streams/stream-store.ts';

/** Every source stream has a key stream of its name; there is nothing to create or delete. */
export function createKeyStreamsService({
  database,
  streams,
}: ServiceContext & { readonly streams: StreamStore }): Implementation {
  return implement(keyStreams.KeyStreamsServiceService, {
    async listKeyStreams({ projectId }, { principal }) {
      const project = await requireProject(database, principal, projectId);
      const stored = await streams.ofProject(database, project.id);
      return { keyStreams: stored.filter(({ sourceId }) => sourceId === undefined).map(toKeyStream) };
    },

    async getKeyStream({ ref }, { principal }) {
      const project = await requireProject(database, principal, ref?.projectId ?? '');
      const name = ref?.name ?? '';
      const stored = await streams.find(database, project.id, name);
      if (stored === undefined || stored.sourceId !== undefined) throw notFound('Key stream', name);
      return { keyStream: toKeyStream(stored) };
    },
  });
}
