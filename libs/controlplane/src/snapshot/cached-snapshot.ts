import type { DesiredSnapshot } from '@ccd/reconcile';
import { formatRevision, parseRevision, UnreadableDocumentError } from '@ccd/reconcile';
import { z } from 'zod';
import type { DesiredBatchExporter, DesiredDataConnector, DesiredStream } from '../domain.ts';

/** The lists that agents keep, and what their items are. */
export interface CachedLists {
  readonly streams: DesiredStream;
  readonly 'data-connectors': DesiredDataConnector;
  readonly 'batch-exporters': DesiredBatchExporter;
}

export type CachedList = keyof CachedLists;

const entity = { uuid: z.string(), name: z.string(), projectId: z.string() };
const stream = { ...entity, topic: z.string(), enabled: z.boolean() };
const maskingCodec = z
  .object({ seed: z.string(), fieldsByContract: z.array(z.tuple([z.string(), z.array(z.string())])) })
  .transform(({ seed, fieldsByContract }) => ({ seed, fieldsByContract: new Map(fieldsByContract) }));

const specSchemas: { readonly [List in CachedList]: z.ZodType<CachedLists[List]> } = {
  streams: z.discriminatedUnion('kind', [
    z.object({ ...stream, kind: z.literal('source'), policyId: z.string() }),
    z.object({ ...stream, kind: z.literal('keys') }),
    z.object({
      ...stream,
      kind: z.literal('derived'),
      source: z.string(),
      consent: z.object({ type: z.enum(['CUMULATIVE', 'GRANULAR']), levels: z.array(z.int()) }),
      masking: maskingCodec.exactOptional(),
      policyId: z.string(),
    }),
  ]),
  'data-connectors': z.object({ ...entity, location: z.literal('') }),
  'batch-exporters': z.object({
    ...entity,
    topic: z.string(),
    content: z.enum(['events', 'keys']),
    streamUuid: z.string(),
    intervalMs: z.int(),
    pathPrefix: z.string(),
    includeExistingEvents: z.boolean(),
    dataConnectorUuid: z.string(),
  }),
};

const key = z.object({ kind: z.string(), id: z.string() });
const envelopeSchema = z.object({
  version: z.literal(1),
  revision: z.string().exactOptional(),
  digest: z.string().exactOptional(),
  items: z.array(z.object({ key, spec: z.unknown(), hash: z.string() })),
  removed: z.array(key),
  rejected: z.array(z.object({ key, message: z.string() })).exactOptional(),
});

/**
 * Writes a snapshot as text for the time without a control plane. Locations of data connectors hold credentials and
 * are left out (`''` when read back); the hashes, which are keyed, stay.
 */
export function toCachedSnapshot<List extends CachedList>(
  list: List,
  { revision, ...snapshot }: DesiredSnapshot<CachedLists[List]>,
): string {
  const items = snapshot.items.map((item) => ({ ...item, spec: withoutCredentials(item.spec) }));
  return JSON.stringify(
    {
      version: 1,
      list,
      ...(revision && { revision: formatRevision(revision) }),
      ...snapshot,
      items,
    },
    (_, value: unknown) => (value instanceof Map ? [...value] : value),
  );
}

/**
 * The opposite of `toCachedSnapshot`.
 * @throws UnreadableDocumentError for text that this version did not write
 */
export function fromCachedSnapshot<List extends CachedList>(
  list: List,
  text: string,
): DesiredSnapshot<CachedLists[List]> {
  try {
    const { revision: written, items, digest, removed, rejected } = envelopeSchema.parse(JSON.parse(text));
    const revision = written === undefined ? undefined : parseRevision(written);
    if (written !== undefined && revision === undefined) throw new UnreadableDocumentError(list);
    return {
      ...(revision && { revision }),
      ...(digest !== undefined && { digest }),
      items: items.map(({ key, spec, hash }) => ({ key, hash, spec: specSchemas[list].parse(spec) })),
      removed,
      ...(rejected && { rejected }),
    };
  } catch (error) {
    if (error instanceof UnreadableDocumentError) throw error;
    throw new UnreadableDocumentError(list, { cause: error });
  }
}

function withoutCredentials<Spec extends object>(spec: Spec): Spec {
  return 'location' in spec ? { ...spec, location: '' } : spec;
}
