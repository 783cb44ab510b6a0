import type { Clock } from '@ccd/reconcile';
import { withDeadline } from '@ccd/reconcile';
import { Cluster } from 'ioredis';
import type { Redis } from 'ioredis';
import { KeyStoreUnavailableError } from '../errors.ts';
import { encodeJournalEntry, parseEntry } from '../journal-codec.ts';
import type { JournalEntry, KeyIndex } from '../port.ts';
import { connectRedis, isConnectionLost } from './connect-redis.ts';
import { watchConnection } from './connection-watch.ts';
import type { RedisOptions } from './options.ts';

/** In the clear: a prefix, then an HMAC or a UUID. The rights of an ACL user go by the prefix (`~ccd:*`). */
const atSession = (lookup: string): string => `ccd:session:${lookup}`;
const atLink = (keyLink: string): string => `ccd:link:${keyLink}`;

/** From a command whose connection was lost to its repetition. */
const repeatMs = 20;

const dayMs = 24 * 60 * 60 * 1000;
/**
 * How long an entry is kept beyond its rotation: somewhat more than events of its time are (7 days). What is asked for
 * later is found in the journal, from which the index fills itself.
 */
const keptMs = 8 * dayMs;

const toText = (entry: JournalEntry): string => encodeJournalEntry(entry).value.toString();
const toEntry = (text: string): JournalEntry => parseEntry(Buffer.from(text));

/**
 * An index in Redis (or Valkey): standalone, behind sentinels, or a cluster. The entry under its link is what counts:
 * where a crash, or an erasure in the midst of a claim, leaves an erased key under its session, the link says so.
 *
 * The ACL user needs `~ccd:* +get +set +eval +evalsha +ping +info`, in a cluster `+cluster|slots` too.
 * Every failure is a KeyStoreUnavailableError.
 */
export function createRedisIndex(options: RedisOptions, { clock }: { readonly clock: Clock }): KeyIndex {
  const redis = connectRedis(options);
  const connection = watchConnection(redis, { clock, patienceMs: options.timeoutMs });
  const closing = new AbortController();
  let trouble: string | undefined;
  const noteTrouble = (error: Error): void => {
    trouble = error.message;
  };
  redis.on('error', noteTrouble);
  // A cluster's own name for what happens at one of its nodes.
  redis.on('node error', noteTrouble);
  redis.on('ready', () => {
    trouble = undefined;
  });

  /** Repeats what a lost connection has cut off: every task may be done twice. */
  async function overAnyConnection<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (;;) {
      await connection.ready(signal);
      try {
        return await task();
      } catch (error) {
        if (!isConnectionLost(error)) throw error;
        await clock.sleep(repeatMs, signal);
      }
    }
  }

  /** The client's own errors hold the command with its arguments, so they end here. */
  async function asking<T>(task: () => Promise<T>): Promise<T> {
    try {
      const deadline = { step: 'an answer', ms: options.timeoutMs, parent: closing.signal };
      return await withDeadline(clock, deadline, (signal) => overAnyConnection(task, signal));
    } catch (error) {
      if (error instanceof KeyStoreUnavailableError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      const why = trouble === undefined || trouble === reason ? reason : `${reason} (${trouble})`;
      throw new KeyStoreUnavailableError(`Redis: ${why}`);
    }
  }

  const lifetimeOf = ({ rotatesAt }: JournalEntry, now: number): number =>
    Math.max(rotatesAt - now, 0) + keptMs;

  async function entryAt(key: string): Promise<JournalEntry | undefined> {
    const text = await redis.get(key);
    return text === null ? undefined : toEntry(text);
  }

  async function current(lookup: string): Promise<JournalEntry | undefined> {
    const entry = await entryAt(atSession(lookup));
    if (entry === undefined || entry.wrapped === null) return entry;
    const ofLink = await entryAt(atLink(entry.keyLink));
    return ofLink?.wrapped === null ? ofLink : entry;
  }

  return {
    current: (lookup) => asking(() => current(lookup)),

    claim: (entry, now) =>
      asking(async () => {
        const [text, lifetime] = [toText(entry), lifetimeOf(entry, now)];
        const before = await redis.ccdPutLink(atLink(entry.keyLink), text, lifetime);
        const standing = before === null ? undefined : toEntry(before);
        if (standing?.wrapped === null) return (await current(entry.lookup)) ?? standing;
        return toEntry(await redis.ccdClaimSession(atSession(entry.lookup), text, now, lifetime));
      }),

    byLinks: (keyLinks) =>
      asking(async () => {
        const found = await Promise.all(keyLinks.map((keyLink) => entryAt(atLink(keyLink))));
        return new Map(
          keyLinks.flatMap((keyLink, at) => {
            const entry = found[at];
            return entry === undefined ? [] : [[keyLink, entry] as const];
          }),
        );
      }),

    erase: (tombstone) =>
      asking(async () => {
        const text = toText(tombstone);
        await redis.set(atLink(tombstone.keyLink), text, 'PX', keptMs);
        await redis.ccdEraseSession(atSession(tombstone.lookup), text, tombstone.keyLink, keptMs);
      }),

    ping: () =>
      asking(async () => {
        await redis.ping();
      }),

    async close() {
      closing.abort(new KeyStoreUnavailableError('it is closed'));
      // One that is ended in the midst of a TLS handshake may fail twice, and ioredis listens once.
      for (const stream of streamsOf(redis)) stream?.destroy();
      redis.disconnect();
    },
  };
}

/** Undefined before the first connection, whatever the types of ioredis say. */
const streamsOf = (redis: Redis | Cluster): readonly (Redis['stream'] | undefined)[] =>
  (redis instanceof Cluster ? redis.nodes() : [redis]).map(({ stream }) => stream);
