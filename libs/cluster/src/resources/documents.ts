import { parseRevision, UnreadableDocumentError } from '@ccd/reconcile';
import type {
  DesiredSnapshot,
  GuardRecordStore,
  ReleaseSource,
  Revision,
  SnapshotStore,
} from '@ccd/reconcile';
import { z } from 'zod';
import type { AgentState, WorkloadSpec } from '../port.ts';
import { workloadSchema } from '../workload-schema.ts';
import type { SecretReference } from './workload-resources.ts';

/** Between specs and what JSON can hold. `encode` leaves out every credential. */
export interface SpecCodec<Spec> {
  encode(spec: Spec): unknown;
  /** @throws when it is not what `encode` made */
  decode(json: unknown): Spec;
}

const secretSchema = z.object({
  name: z.string(),
  labels: z.record(z.string(), z.string()),
  hash: z.string(),
});

/** Workloads as they are: their env and files hold no credentials, which travel in secrets. */
export const workloadSpecCodec: SpecCodec<WorkloadSpec> = {
  encode: (spec) => spec,
  decode: (json) => workloadSchema.parse(json),
};

/** Secrets by reference: name, labels and keyed hash, never the content. */
export const secretReferenceCodec: SpecCodec<SecretReference> = {
  encode: ({ name, labels, hash }) => ({ name, labels, hash }),
  decode: (json) => secretSchema.parse(json),
};

const key = z.object({ kind: z.string(), id: z.string() });
const revision = z
  .object({ epoch: z.string(), number: z.string().regex(/^\d{1,20}$/) })
  .transform(({ epoch, number }): Revision => ({ epoch, number: BigInt(number) }));
const snapshotSchema = z.object({
  revision: revision.exactOptional(),
  digest: z.string().exactOptional(),
  items: z.array(z.object({ key, hash: z.string(), spec: z.unknown() })),
  removed: z.array(key),
  rejected: z.array(z.object({ key, message: z.string() })).exactOptional(),
});
const storedSchema = z.object({ version: z.literal(1), snapshot: snapshotSchema });
const mark = z.object({ revision, digest: z.string().exactOptional() });
const guardSchema = z.object({
  accepted: mark.exactOptional(),
  withheld: mark.exactOptional(),
  hold: z.object({ resources: z.number() }).exactOptional(),
  deletions: z.array(z.object({ key, at: z.number() })),
});

/** Keeps the last accepted snapshot as the document `snapshot`. */
export function createSnapshotStore<Spec>(state: AgentState, codec: SpecCodec<Spec>): SnapshotStore<Spec> {
  return {
    load: () =>
      read(state, 'snapshot', (json): DesiredSnapshot<Spec> => {
        const { snapshot } = storedSchema.parse(json);
        return {
          ...snapshot,
          items: snapshot.items.map(({ spec, ...item }) => ({ ...item, spec: codec.decode(spec) })),
        };
      }),
    save(snapshot) {
      const items = snapshot.items.map(({ spec, ...item }) => ({ ...item, spec: codec.encode(spec) }));
      return state.save('snapshot', toJson({ version: 1, snapshot: { ...snapshot, items } }));
    },
  };
}

/** Keeps the record of the guard as the document `guard`. */
export function createGuardRecordStore(state: AgentState): GuardRecordStore {
  return {
    load: () => read(state, 'guard', (json) => guardSchema.parse(json)),
    save: (record) => state.save('guard', toJson(record)),
  };
}

/** The revision that a person has released; text of another form releases nothing. */
export function createReleaseSource(state: AgentState): ReleaseSource {
  return {
    async released() {
      const text = await state.release();
      return text === undefined ? undefined : parseRevision(text);
    },
  };
}

const toJson = (document: unknown): string =>
  JSON.stringify(document, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));

async function read<T>(
  state: AgentState,
  document: string,
  decode: (json: unknown) => T,
): Promise<T | undefined> {
  const text = await state.load(document);
  if (text === undefined) return undefined;
  try {
    return decode(JSON.parse(text));
  } catch (cause) {
    throw new UnreadableDocumentError(document, { cause });
  }
}
