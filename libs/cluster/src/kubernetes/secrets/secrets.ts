import type { Clock } from '@ccd/reconcile';
import { AlreadyExistsError, ClusterUnavailableError, ConflictError, DeniedError } from '../../errors.ts';
import { createOneAtATime } from '../../one-at-a-time.ts';
import type { Kept, Labels, LiveSecret, SecretSpec } from '../../port.ts';
import { sideBySide } from '../../side-by-side.ts';
import { assertSecretSpec, includesLabels } from '../../spec-rules.ts';
import { ApiError, isNotFound, isOfAnotherUid } from '../client/api-error.ts';
import { toPortError } from '../client/classify.ts';
import type { ObjectClient } from '../client/object-client.ts';
import { WriteGateClosedError } from '../client/write-gate.ts';
import { isLater, isOfLaterSchema, toLaterSchemaAdvice } from '../template/marks.ts';
import { createChecks } from './checks.ts';
import { toLiveSecret, toMark } from './marker.ts';
import type { Marker, Written } from './marker.ts';
import { openMarkers } from './markers.ts';
import { openSecretObjects } from './secret-objects.ts';
import type { SeenSecret } from './secret-objects.ts';

export interface Secrets {
  list(labels: Labels): Promise<readonly LiveSecret[]>;
  /**
   * One of ours by its name, with a marker or without; its labels are not known.
   * @throws ClusterUnavailableError where a rule of the cluster is in the way of looking
   */
  readonly find: (name: string) => Promise<LiveSecret | undefined>;
  create(spec: SecretSpec): Promise<LiveSecret>;
  /** @param kept what the answer to our last write was, of which the marker may say something else by now */
  update(spec: SecretSpec, uid: string, kept?: Kept): Promise<LiveSecret>;
  remove(name: string, uid: string, kept?: Kept): Promise<void>;
}

export interface SecretsOptions {
  readonly objects: ObjectClient;
  readonly clock: Clock;
  /** How long after a look at a Secret it is looked at again. */
  readonly checkEveryMs?: number;
}

const mostLooks = 8;

/**
 * Secrets without the right to read them: what is there is what markers say (`Marker`), and that is written around each
 * write of a Secret. Before it, the marker says that something is under way, and after it, what came of it. So whatever is
 * cut short is seen, and carried through or cleared away.
 *
 * Whether somebody else has written a Secret since is looked up once in each process, and from then on every
 * `checkEveryMs`.
 */
export function createSecrets({ objects, clock, checkEveryMs = 600_000 }: SecretsOptions): Secrets {
  const markers = openMarkers(objects);
  const secrets = openSecretObjects(objects);
  const checks = createChecks(clock, checkEveryMs);
  const oneAtATime = createOneAtATime();

  const settle = async (marker: Marker, spec: SecretSpec, secret: SeenSecret): Promise<LiveSecret> => {
    const { name, labels, hash } = spec;
    const written = { hash, version: secret.version };
    const settled = await markers.write({ name, labels, secretUid: secret.uid, written }, marker);
    checks.note(settled, true);
    return liveBy(spec, secret.uid, settled.written);
  };

  /** Finds out what became of a creation that was cut short. What it holds is not known then, so that it is written again. */
  const complete = async (name: string): Promise<LiveSecret | undefined> => {
    const marker = await markers.find(name);
    if (marker === undefined || marker.secretUid !== undefined) return marker && toLiveSecret(marker);
    const look = await secrets.look(name, marker.labels);
    if (look.found === 'ours')
      return toLiveSecret(await markers.write({ ...marker, secretUid: look.secret.uid }, marker));
    if (look.found === 'nothing' || look.found === 'foreign') await markers.remove(marker);
    return undefined;
  };

  /** Does something with the Secret of a marker. Where that is gone the marker has nothing to mark. */
  const unlessGone = async <T>(marker: Marker, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (isOfAnotherUid(error) || isNotFound(error)) await markers.remove(marker);
      throw error;
    }
  };

  /** Whether nobody else has written it; undefined where it is gone. */
  const isIntact = async (marker: Marker): Promise<boolean | undefined> => {
    const known = checks.isIntact(marker);
    if (known !== undefined) return known;
    const { found } = await secrets.look(marker.name, marker.labels, marker.written?.version);
    if (found === 'nothing') return undefined;
    // Where a rule is in the way, what the marker says has to do.
    const intact = found === 'ours' || found === 'refusal';
    checks.note(marker, intact);
    return intact;
  };

  const see = async (marker: Marker): Promise<LiveSecret | undefined> => {
    const { name, secretUid, written, schema } = marker;
    if (isLater(schema)) return toLiveSecret(marker);
    if (secretUid === undefined) return oneAtATime(name, () => complete(name));
    if (written === undefined) return toLiveSecret(marker);
    const intact = await isIntact(marker);
    if (intact === undefined) await markers.remove(marker);
    return intact === undefined
      ? undefined
      : toLiveSecret(intact ? marker : { ...marker, written: undefined });
  };

  return {
    list: (labels) =>
      inWordsOfPort('(all)', async () => {
        const all = await markers.list(labels);
        checks.keep(all);
        const seen = await sideBySide(all, mostLooks, (marker) =>
          // A replica that may not write may not look either. And one Secret at which nobody can look, since a webhook is broken,
          // must not hide the others. What is recorded counts then; the next list looks again.
          see(marker).catch((error: unknown) => {
            if (error instanceof WriteGateClosedError || error instanceof ApiError)
              return toLiveSecret(marker);
            throw error;
          }),
        );
        return seen.filter((secret) => secret !== undefined);
      }),

    find: (name) =>
      inWordsOfPort(name, async () => {
        const look = await secrets.look(name, {});
        if (look.found === 'refusal')
          throw new ClusterUnavailableError(
            `a rule of the cluster is in the way of looking for secret ${name}`,
          );
        return look.found === 'ours' ? { name, uid: look.secret.uid, labels: {} } : undefined;
      }),

    create: (spec) =>
      inWordsOfPort(spec.name, () =>
        oneAtATime(spec.name, async () => {
          assertSecretSpec(spec);
          // So that nothing at all is written, not even a marker, for as long as it is in the way.
          if ((await secrets.look(spec.name, spec.labels)).found === 'foreign')
            throw new AlreadyExistsError('secret', spec.name, { foreign: true });
          const marker = await markers.begin(spec);
          assertOurSchema(marker, undefined);
          try {
            return await settle(marker, spec, await secrets.make(spec));
          } catch (error) {
            // A refusal may follow an attempt that was carried out, and whose answer was lost.
            if (isRefusal(error)) await complete(spec.name).catch(() => undefined);
            throw error;
          }
        }),
      ),

    update: (spec, uid, kept) =>
      inWordsOfPort(spec.name, () =>
        oneAtATime(spec.name, async () => {
          assertSecretSpec(spec);
          const found = await markers.find(spec.name);
          if (found && found.secretUid !== uid) throw new ConflictError('secret', spec.name);
          // Somebody has removed it. With it, the one that the Secret has lost is back whatever comes next.
          const before = found ?? (await markers.begin(spec));
          assertOurSchema(before, kept);
          // The list that called for it may have been an old one.
          if (isAsWanted(before, spec) && isAsKept(before, kept) && (await isIntact(before)))
            return liveBy(spec, uid, before.written);
          const marker = before.written
            ? await markers.write({ ...before, written: undefined }, before)
            : before;
          return settle(marker, spec, await unlessGone(marker, () => secrets.overwrite(spec, uid)));
        }),
      ),

    remove: (name, uid, kept) =>
      inWordsOfPort(name, () =>
        oneAtATime(name, async () => {
          const marker = await markers.find(name);
          // Somebody has removed it, or an earlier call, together with the Secret.
          if (marker === undefined) return secrets.remove(name, uid);
          if (marker.secretUid !== uid) throw new ConflictError('secret', name);
          assertOurSchema(marker, kept);
          await unlessGone(marker, () => secrets.remove(name, uid));
          await markers.remove(marker);
        }),
      ),
  };
}

const liveBy = (
  { name, labels, hash }: SecretSpec,
  uid: string,
  written: Written | undefined,
): LiveSecret => ({ name, uid, labels, appliedHash: hash, ...(written && { mark: toMark(written) }) });

const isAsWanted = ({ labels, written }: Marker, spec: SecretSpec): boolean =>
  written?.hash === spec.hash && includesLabels(labels, spec.labels) && includesLabels(spec.labels, labels);

/** Whether the marker says what our last write has left. */
const isAsKept = ({ written, schema }: Marker, kept: Kept | undefined): boolean =>
  !isLater(schema) &&
  (kept === undefined || kept.schema === schema) &&
  (kept?.mark === undefined || (written !== undefined && toMark(written) === kept.mark));

async function inWordsOfPort<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toPortError(error, { kind: 'secret', name });
  }
}

function assertOurSchema({ name, namespace, schema }: Marker, kept: Kept | undefined): void {
  if (!isOfLaterSchema(schema, kept)) return;
  throw new DeniedError('secret', name, 'LaterSchema', toLaterSchemaAdvice('ConfigMap', name, namespace));
}

/** Whether the API server has said no to the request, rather than nothing. */
const isRefusal = (error: unknown): boolean =>
  error instanceof AlreadyExistsError ||
  (error instanceof ApiError && error.code < 500 && error.code !== 429);
