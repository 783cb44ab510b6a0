import { entities, streams } from '@ccd/protocol';
import type { ServiceContext } from '../context.ts';
import type { Queryable } from '../database/database.ts';
import { checkMasking } from '../data-contracts/masking.ts';
import { advanceRevision, recordRemoval } from '../desired-state/revision.ts';
import type { ExporterStore, StoredExporter } from '../batch-exporters/exporter-store.ts';
import { toUserExporter } from '../batch-exporters/exporter-messages.ts';
import { requireActivePolicy } from '../policies/policy-store.ts';
import { requireInstallation, requireOpenProject, requireProject } from '../projects/project-access.ts';
import type { ProjectAccess } from '../projects/project-access.ts';
import { implement } from '../rpc/handlers.ts';
import type { Implementation } from '../rpc/handlers.ts';
import { failedPrecondition, invalidArgument, notFound } from '../rpc/status-error.ts';
import { checkDerived, checkSource, derivedName, maskSeedOf } from './new-stream.ts';
import { toExtendedStreams, toKeyStream, toUserStream } from './stream-messages.ts';
import type { StoredStream, StreamStore } from './stream-store.ts';

export interface StreamsServiceOptions extends ServiceContext {
  readonly streams: StreamStore;
  readonly exporters: ExporterStore;
}

/** Source streams and the streams derived from them. */
export function createStreamsService(options: StreamsServiceOptions): Implementation {
  const { database, clock } = options;

  async function require(queryable: Queryable, projectId: string, name: string): Promise<StoredStream> {
    const stream = await options.streams.find(queryable, projectId, name);
    if (stream === undefined) throw notFound('Stream', name);
    return stream;
  }

  async function toTree(stored: StoredStream, recursive: boolean): Promise<entities.StreamTree> {
    const tree = entities.StreamTree.create({ stream: toUserStream(stored, 'hidden') });
    if (!recursive) return tree;
    const derived = await options.streams.derivedFrom(database, stored.id);
    const exporters = await options.exporters.ofStreams(database, [stored.id]);
    return {
      ...tree,
      keyStream: stored.sourceId === undefined ? toKeyStream(stored) : undefined,
      derived: derived.map((each) => toUserStream(each, 'hidden')),
      batchExporters: exporters.map(toUserExporter),
    };
  }

  async function create(
    transaction: Queryable,
    project: ProjectAccess,
    wanted: entities.Stream,
  ): Promise<StoredStream> {
    const sourceName = wanted.linkedStream;
    const source = sourceName === '' ? undefined : await require(transaction, project.id, sourceName);
    if (source?.sourceId !== undefined) {
      throw invalidArgument(`Stream '${sourceName}' is itself derived; streams derive from source streams`);
    }
    if (source === undefined) checkSource(wanted);
    const consentLevelType = source === undefined ? wanted.consentLevelType : checkDerived(wanted);
    await requireActivePolicy(transaction, project.organizationId, wanted.policyId);
    await checkMasking(transaction, project.organizationId, wanted.maskedFields);
    const maskSeed = maskSeedOf(wanted);

    const name = wanted.ref?.name || derivedName(sourceName, wanted);
    const message = entities.Stream.create({
      ref: entities.StreamRef.create({ name, projectId: project.id }),
      description: wanted.description,
      consentLevels: wanted.consentLevels,
      consentLevelType,
      linkedStream: sourceName,
      tags: wanted.tags,
      policyId: wanted.policyId,
      ...(maskSeed === undefined || wanted.maskedFields === undefined
        ? {}
        : { maskedFields: { ...wanted.maskedFields, seed: '' } }),
    });
    const stored = await options.streams.insert(
      transaction,
      {
        projectId: project.id,
        name,
        message,
        ...(source === undefined ? {} : { sourceId: source.id }),
        ...(maskSeed === undefined ? {} : { maskSeed }),
      },
      new Date(clock.now()),
    );
    await advanceRevision(transaction, project.installationId);
    return stored;
  }

  async function remove(
    transaction: Queryable,
    project: ProjectAccess,
    stored: StoredStream,
    recursive: boolean,
  ): Promise<void> {
    const derived = await options.streams.derivedFrom(transaction, stored.id);
    const all = [...derived, stored];
    const exporters = await options.exporters.ofStreams(
      transaction,
      all.map(({ id }) => id),
    );
    const attached = describeAttached(derived, exporters);
    if (attached !== '' && !recursive) {
      throw failedPrecondition(
        `Cannot delete stream '${stored.name}' because it has ${attached} attached to it; ` +
          'delete those first, or delete the stream recursively',
      );
    }
    const { installationId } = project;
    for (const { id } of exporters) {
      await options.exporters.remove(transaction, id);
      await recordRemoval(transaction, installationId, 'batch-exporter', id);
    }
    for (const { id, sourceId } of all) {
      await options.streams.remove(transaction, id);
      if (sourceId === undefined) await recordRemoval(transaction, installationId, 'key-stream', id);
      await recordRemoval(transaction, installationId, 'stream', id);
    }
    await advanceRevision(transaction, installationId);
  }

  return implement(streams.StreamsServiceService, {
    async createStream({ stream }, { principal }) {
      if (stream?.ref === undefined) throw invalidArgument('stream.ref is required');
      const projectId = stream.ref.projectId;
      const stored = await database.transaction(async (transaction) =>
        create(transaction, await requireOpenProject(transaction, principal, projectId), stream),
      );
      return { stream: toUserStream(stored, 'shown') };
    },

    async getStream({ ref, recursive }, { principal }) {
      const project = await requireProject(database, principal, ref?.projectId ?? '');
      const stored = await require(database, project.id, ref?.name ?? '');
      return { streamTree: await toTree(stored, recursive) };
    },

    async listStreams({ projectId, recursive }, { principal }) {
      const project = await requireProject(database, principal, projectId);
      const stored = await options.streams.ofProject(database, project.id);
      return { streams: await Promise.all(stored.map((each) => toTree(each, recursive))) };
    },

    async listExtendedStreams({ clientIds }, { principal }) {
      const installationId = requireInstallation(principal);
      const stored = await options.streams.byClientIds(database, installationId, clientIds);
      return {
        extendedStreams: stored.flatMap((each) =>
          toExtendedStreams(each).filter(({ keyStream }) => !keyStream),
        ),
      };
    },

    async deleteStream({ ref, recursive }, { principal }) {
      await database.transaction(async (transaction) => {
        const project = await requireProject(transaction, principal, ref?.projectId ?? '');
        await remove(
          transaction,
          project,
          await require(transaction, project.id, ref?.name ?? ''),
          recursive,
        );
      });
      return {};
    },
  });
}

function describeAttached(derived: readonly StoredStream[], exporters: readonly StoredExporter[]): string {
  const parts = [
    ['derived streams', derived.map(({ name }) => name)],
    ['batch exporters', exporters.map(({ name }) => name)],
  ] as const;
  return parts
    .filter(([, names]) => names.length > 0)
    .map(([kind, names]) => `${kind} (${names.join(', ')})`)
    .join(' and ');
}
