import { isDeepStrictEqual } from 'node:util';
import { failpoint } from '@ccd/failpoints';
import type { Clock } from '@ccd/reconcile';
import { TopicExistsError, TopicNotFoundError } from '../errors.ts';
import type { EventLog, TopicDescription, TopicSpec } from '../port.ts';
import { assertTopicName, assertTopicSpec } from '../topic-names.ts';
import { createRegistry } from './registry.ts';
import type { RegistryEntry } from './registry-entry.ts';
import { WritesClosedError } from './writes-closed-error.ts';

/** A topic of that name exists and is not this installation's: it is never adopted, changed or deleted. */
export class ForeignTopicError extends Error {
  override readonly name = 'ForeignTopicError';
  readonly topic: string;
  constructor(topic: string, options?: ErrorOptions) {
    super(`topic ${topic} exists and does not belong to this installation`, options);
    this.topic = topic;
  }
}

export interface OwnedTopic {
  readonly name: string;
  readonly id: string;
  /** As it was asked for. */
  readonly spec: TopicSpec;
  /** As it is: where it differs from `spec`, somebody changed it. */
  readonly live: TopicDescription;
  readonly state: 'live' | 'tombstoned';
  /** Set on tombstoned topics: when the tombstone was set, and when the topic may go (milliseconds since the epoch). */
  readonly tombstone?: { readonly since: number; readonly removableAt: number };
}

export interface TopicInventory {
  readonly owned: readonly OwnedTopic[];
  /** Names of topics that exist and are not ours. */
  readonly foreign: readonly string[];
}

/**
 * The topics of one installation. Topics carry no labels, so that a compacted topic `ccd-registry-<installation>`
 * records which are ours, by id: a topic that was deleted and made again by somebody else is not. Removal is a
 * tombstone first; the topic goes when its grace period is over.
 *
 * One instance at a time writes (the agents hold a lease), and asks before each step whether it still is the one; what it
 * leaves half done is settled by the next. The others look on: what they take for the rest of a crash may be what the
 * writer is at.
 */
export interface OwnedTopics {
  /** Also settles what a crash left between intent and action, where this instance writes. */
  observe(signal?: AbortSignal): Promise<TopicInventory>;
  /**
   * Creates the topic, or revives the tombstoned one with its data. This and what follows stop with WritesClosedError between
   * two steps when another instance is the one that writes.
   * @throws ForeignTopicError, InvalidTopicError, WritesClosedError
   */
  create(spec: TopicSpec): Promise<OwnedTopic>;
  /** Changes the configuration; the number of partitions stays. @throws TopicNotFoundError, ForeignTopicError */
  update(spec: TopicSpec): Promise<OwnedTopic>;
  /** Marks the topic for removal after the grace period; its data stay. A tombstoned topic keeps its date. @throws TopicNotFoundError */
  tombstone(name: string): Promise<void>;
  /**
   * Removes the topics whose grace period is over, and returns their names. Where there are such topics, it asks first which of
   * all something depends on: those stay.
   */
  collect(topicsInUse?: () => Promise<Iterable<string>>): Promise<readonly string[]>;
  close(): Promise<void>;
}

const defaultGraceMs = 72 * 60 * 60 * 1000;

export function createOwnedTopics(options: {
  readonly log: EventLog;
  /** Letters, digits, dots, underscores and hyphens. */
  readonly installationId: string;
  readonly clock: Clock;
  /** How long a tombstoned topic keeps its data. @default 72 h */
  readonly graceMs?: number;
  /** Whether this instance is the one that writes. @default always */
  readonly mayWrite?: () => boolean;
}): OwnedTopics {
  const { log, clock, installationId, graceMs = defaultGraceMs, mayWrite = () => true } = options;
  const registryTopic = `ccd-registry-${installationId}`;
  assertTopicName(registryTopic);
  const registry = createRegistry(log, registryTopic);
  const began = clock.now() - clock.monotonic();
  /** The wall clock, and what it would say had nobody moved it: no jump may cut a grace period short. */
  const times = (): readonly [number, number] => [clock.now(), began + clock.monotonic()];
  /** Names that this instance is working on: what is between their intent and its action is no crash. */
  const underWay = new Set<string>();

  /** What topics were found to be: one that is as it was stays the same object, from look to look. */
  const found = new WeakMap<RegistryEntry, OwnedTopic>();

  function toOwned(entry: Extract<RegistryEntry, { id: string }>, live: TopicDescription): OwnedTopic {
    const before = found.get(entry);
    if (before?.live.id === live.id && isAsMeant(before.live, live)) return before;
    const now = describe(entry, live);
    found.set(entry, now);
    return now;
  }

  function describe(entry: Extract<RegistryEntry, { id: string }>, live: TopicDescription): OwnedTopic {
    const { id, spec } = entry;
    const base = { name: spec.name, id, spec, live };
    if (entry.state === 'live') return { ...base, state: 'live' };
    return {
      ...base,
      state: 'tombstoned',
      tombstone: { since: entry.since, removableAt: entry.since + graceMs },
    };
  }

  /** Whether a topic found under an intent to create is the one that was meant. */
  function isAsMeant({ partitions, config }: Omit<TopicSpec, 'name'>, live: TopicDescription): boolean {
    return (
      live.partitions === partitions &&
      live.config.cleanup === config.cleanup &&
      live.config.retentionMs === config.retentionMs
    );
  }

  /** What the entry means for the topic that is there, after a crash between intent and action has been settled. */
  async function settle(
    name: string,
    entry: RegistryEntry | undefined,
    live: TopicDescription | undefined,
  ): Promise<OwnedTopic | undefined> {
    if (!entry || entry.state === 'removed') return undefined;
    if (entry.state === 'creating') {
      // The name was free when the intent was written, so that a topic as meant is the one that was being made.
      if (live && isAsMeant(entry.spec, live)) {
        const made = { state: 'live', id: live.id, spec: entry.spec } as const;
        return mayWrite() ? record(made, live) : toOwned(made, live);
      }
    } else if (live?.id === entry.id) return toOwned(entry, live);
    if (mayWrite()) await write(name, { state: 'removed' });
    return undefined;
  }

  function assertWriter(name: string): void {
    if (!mayWrite()) throw new WritesClosedError(name);
  }

  async function write(name: string, entry: RegistryEntry): Promise<void> {
    assertWriter(name);
    await registry.write(name, entry);
  }

  async function working<T>(name: string, work: () => Promise<T>): Promise<T> {
    if (underWay.has(name)) throw new Error(`topic ${name} is being worked on already`);
    underWay.add(name);
    try {
      return await work();
    } finally {
      underWay.delete(name);
    }
  }

  async function record(
    entry: Extract<RegistryEntry, { id: string }>,
    live: TopicDescription,
  ): Promise<OwnedTopic> {
    await write(entry.spec.name, entry);
    failpoint('registry.afterRecord');
    return toOwned(entry, live);
  }

  async function find(name: string): Promise<{ owned?: OwnedTopic; live?: TopicDescription }> {
    const entry = (await registry.read()).get(name);
    const live = await log.admin.describeTopic(name);
    const owned = await settle(name, entry, live);
    return { ...(owned ? { owned } : {}), ...(live ? { live } : {}) };
  }

  async function requireOwned(name: string): Promise<OwnedTopic> {
    const { owned, live } = await find(name);
    if (owned) return owned;
    throw live ? new ForeignTopicError(name) : new TopicNotFoundError(name);
  }

  /** Gives an owned topic the wanted configuration; the number of partitions cannot change. */
  async function conform(owned: OwnedTopic, spec: TopicSpec): Promise<OwnedTopic> {
    const { name, id, live, state } = owned;
    const conforms = isAsMeant({ ...spec, partitions: live.partitions }, live);
    if (conforms && state === 'live' && isDeepStrictEqual(owned.spec, spec)) return owned;
    assertWriter(name);
    if (!conforms) await log.admin.alterTopic(name, spec.config);
    return record({ state: 'live', id, spec }, { ...live, config: spec.config });
  }

  async function make(spec: TopicSpec): Promise<OwnedTopic> {
    await write(spec.name, { state: 'creating', spec });
    failpoint('registry.afterCreateIntent');
    try {
      assertWriter(spec.name);
      const live = await log.admin.createTopic(spec);
      failpoint('registry.afterTopicCreated');
      return await record({ state: 'live', id: live.id, spec }, live);
    } catch (error) {
      if (!(error instanceof TopicExistsError)) throw error;
      // Somebody came between: another instance of ours, which recorded it or is about to, or a stranger.
      const { owned } = await find(spec.name);
      if (!owned) throw new ForeignTopicError(spec.name, { cause: error });
      return owned;
    }
  }

  async function remove({ name, id, spec, tombstone }: OwnedTopic): Promise<void> {
    await write(name, {
      state: 'deleting',
      id,
      spec,
      since: tombstone?.since ?? Math.max(...times()),
    });
    failpoint('registry.afterDeleteIntent');
    assertWriter(name);
    try {
      await log.admin.deleteTopic(name, id);
    } catch (error) {
      if (!(error instanceof TopicNotFoundError)) throw error;
    }
    failpoint('registry.afterTopicDeleted');
    await write(name, { state: 'removed' });
  }

  async function observe(signal?: AbortSignal): Promise<TopicInventory> {
    // The list before the registry: of each topic of ours in the list, the registry then has at least the intent.
    const topics = new Map((await log.admin.listTopics()).map((topic) => [topic.name, topic]));
    const entries = new Map(await registry.read(signal));
    const owned: OwnedTopic[] = [];
    for (const [name, entry] of entries) {
      signal?.throwIfAborted();
      if (underWay.has(name)) continue;
      // Asked again where the list, which is older than the entry, would have the entry removed.
      const listed = topics.get(name);
      const agrees = entry.state === 'removed' || ('id' in entry && entry.id === listed?.id);
      // Of thousands nearly all are as recorded, for which there is nothing to wait for.
      const topic =
        entry.state === 'live' && listed !== undefined && agrees
          ? toOwned(entry, listed)
          : await settle(name, entry, agrees ? listed : await log.admin.describeTopic(name));
      if (topic) owned.push(topic);
    }
    const ours = new Set([registry.topic, ...underWay, ...owned.map(({ name }) => name)]);
    return { owned, foreign: [...topics.keys()].filter((name) => !ours.has(name)) };
  }

  return {
    observe,
    create: (spec) =>
      working(spec.name, async () => {
        assertTopicSpec(spec);
        const { owned, live } = await find(spec.name);
        if (owned) return conform(owned, spec);
        if (live) throw new ForeignTopicError(spec.name);
        return make(spec);
      }),
    update: (spec) => working(spec.name, async () => conform(await requireOwned(spec.name), spec)),
    tombstone: (name) =>
      working(name, async () => {
        const { state, id, spec } = await requireOwned(name);
        if (state === 'tombstoned') return;
        await write(name, { state: 'tombstoned', id, spec, since: Math.max(...times()) });
        failpoint('registry.afterTombstone');
      }),
    async collect(topicsInUse = async () => []) {
      const isDue = (since: number): boolean => since + graceMs <= Math.min(...times());
      const due = [...(await registry.read())].flatMap(([name, entry]) =>
        'since' in entry && isDue(entry.since) ? [name] : [],
      );
      if (due.length === 0 || !mayWrite()) return [];
      const inUse = new Set(await topicsInUse());
      /** Looks again: until its turn has come, the topic may have been revived. */
      const removeIfDue = async (name: string): Promise<boolean> => {
        const { owned } = await find(name);
        if (owned?.tombstone === undefined || !isDue(owned.tombstone.since)) return false;
        await remove(owned);
        return true;
      };
      const removed: string[] = [];
      for (const name of due) {
        if (!mayWrite()) break;
        if (inUse.has(name) || underWay.has(name)) continue;
        if (await working(name, () => removeIfDue(name))) removed.push(name);
      }
      return removed;
    },
    close: () => registry.close(),
  };
}
