import type { ClientStream, ControlPlane } from '@ccd/controlplane';
import type { Clock } from '@ccd/reconcile';
import { LRUCache } from 'lru-cache';
import type { JsonFile } from './json-file.ts';

export interface ClientStreamsOptions {
  readonly controlPlane: Pick<ControlPlane, 'clientStreams'>;
  /** Streams found so far, for starts without a control plane. */
  readonly cache: JsonFile<readonly ClientStream[]>;
  readonly clock: Clock;
  /** How long an answer is taken for current. @default 60 000 ms */
  readonly maxAgeMs?: number;
  /** How long a client id stays unknown. @default 5 000 ms */
  readonly unknownForMs?: number;
}

/** Finds the stream that a client id stands for. */
export interface ClientStreams {
  /**
   * The stream, or undefined when no stream has this client id. Known answers are given at once and renewed beside;
   * they hold while the control plane is away. Rejects
   * with ControlPlaneUnavailableError when the control plane is away and the client id was never seen.
   */
  find(clientId: string): ClientStream | Promise<ClientStream | undefined>;
}

const deadlineMs = 5_000;
const maxClients = 100_000;

interface Known {
  readonly stream: ClientStream | undefined;
  readonly askedAt: number;
}

/** A cache of the control plane's answers, on disk too. */
export function createClientStreams(options: ClientStreamsOptions): ClientStreams {
  const { controlPlane, cache, clock, maxAgeMs = 60_000, unknownForMs = 5_000 } = options;
  const held = new LRUCache<string, Known>({ max: maxClients });
  const asking = new Map<string, Promise<ClientStream | undefined>>();
  let saving: Promise<void> = Promise.resolve();
  const loaded = cache.load().then((streams) => {
    const askedAt = Number.NEGATIVE_INFINITY;
    for (const stream of streams ?? []) held.set(stream.clientId, { stream, askedAt });
  });

  async function ask(clientId: string): Promise<ClientStream | undefined> {
    const found = await controlPlane.clientStreams([clientId], AbortSignal.timeout(deadlineMs));
    const stream = found.find((each) => each.clientId === clientId);
    const before = held.get(clientId)?.stream;
    held.set(clientId, { stream, askedAt: clock.monotonic() });
    if (JSON.stringify(before) !== JSON.stringify(stream)) await save();
    return stream;
  }

  /** One save after the other, each with what is known by then. */
  function save(): Promise<void> {
    saving = saving.then(
      () => cache.save([...held.values()].flatMap(({ stream }) => stream ?? [])),
      () => {},
    );
    return saving;
  }

  function askOnce(clientId: string): Promise<ClientStream | undefined> {
    const running = asking.get(clientId);
    if (running !== undefined) return running;
    const answer = ask(clientId).finally(() => asking.delete(clientId));
    asking.set(clientId, answer);
    return answer;
  }

  /** The old answer serves while the new one is on its way, and for as long as there is none. */
  function known(clientId: string): ClientStream | undefined {
    const have = held.get(clientId);
    if (have?.stream === undefined) return undefined;
    if (clock.monotonic() - have.askedAt > maxAgeMs) askOnce(clientId).catch(() => {});
    return have.stream;
  }

  async function findOrAsk(clientId: string): Promise<ClientStream | undefined> {
    await loaded;
    const found = known(clientId);
    if (found !== undefined) return found;
    const have = held.get(clientId);
    const isUnknown = have !== undefined && clock.monotonic() - have.askedAt <= unknownForMs;
    return isUnknown ? undefined : askOnce(clientId);
  }

  return { find: (clientId) => known(clientId) ?? findOrAsk(clientId) };
}
