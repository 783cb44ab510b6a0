import { randomUUID } from 'node:crypto';
import type { Clock } from '@ccd/reconcile';
import pg from 'pg';
import type { ChangeSource } from './change-feed.ts';
import { changesChannel } from './change-feed.ts';
import type { Queryable } from './database.ts';

export interface PostgresChangesOptions {
  readonly url: string;
  /** Where others write: what is notified there has to arrive here. */
  readonly database: Queryable;
  readonly source: ChangeSource;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly onError: (error: unknown) => void;
}

/** Together the longest time for which a change may go unheard without anybody noticing. */
const pingEveryMs = 15_000;
const echoWithinMs = 10_000;
const reconnectAfterMs = 1_000;
const connectWithinMs = 3_000;

/** There is no connection to hear of changes on, and nobody says why. */
class NotAnsweringError extends Error {
  override readonly name = 'NotAnsweringError';
  constructor() {
    super('the database does not answer; changes are not heard of');
  }
}

/** A notification of our own did not come back: something between us and the database passes none on. */
class NotTellingError extends Error {
  override readonly name = 'NotTellingError';
  constructor() {
    super(
      'the database tells of no changes; LISTEN needs a connection of its own, not one of a transaction pool',
    );
  }
}

/**
 * Listens on a connection of its own. It counts as live while a notification that was sent the way all others are comes
 * back: a connection that is merely open proves nothing, behind a pooler for instance.
 * @returns stops listening
 */
export function listenForChanges(options: PostgresChangesOptions): () => Promise<void> {
  const { url, database, source, clock, onError } = options;
  const stopping = new AbortController();
  const { signal } = stopping;

  async function listen(): Promise<never> {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'ccd-control-plane changes',
      connectionTimeoutMillis: connectWithinMs,
      keepAlive: true,
    });
    const broken = Promise.withResolvers<never>();
    broken.promise.catch(() => {});
    client.on('error', broken.reject);
    client.on('end', () => {
      broken.reject(new Error('the connection ended'));
    });
    const mine = `ping/${randomUUID()}`;
    let echo = Promise.withResolvers<undefined>();
    client.on('notification', ({ payload = '' }) => {
      if (payload === mine) echo.resolve(undefined);
      else if (!payload.startsWith('ping/')) source.tell(payload);
    });

    async function begin(): Promise<void> {
      await client.connect();
      await client.query(`LISTEN ${changesChannel}`);
    }
    async function ping(): Promise<void> {
      echo = Promise.withResolvers();
      await database.query('SELECT pg_notify($1, $2)', [changesChannel, mine]);
      await echo.promise;
    }

    try {
      await inTime(Promise.race([begin(), broken.promise]), NotAnsweringError);
      for (let isFirst = true; ; isFirst = false) {
        await inTime(Promise.race([ping(), broken.promise]), NotTellingError);
        if (isFirst) source.setLive(true);
        await Promise.race([clock.sleep(pingEveryMs, signal), broken.promise]);
      }
    } finally {
      source.setLive(false);
      client.end().catch(() => {});
    }
  }

  /** Rejects when the work takes too long, or nobody waits for it any more. */
  async function inTime(work: Promise<unknown>, LateError: new () => Error): Promise<void> {
    const done = new AbortController();
    const late = clock.sleep(echoWithinMs, AbortSignal.any([signal, done.signal])).then(() => {
      throw new LateError();
    });
    try {
      await Promise.race([work, late]);
    } finally {
      done.abort();
    }
  }

  async function listenForever(): Promise<void> {
    while (!signal.aborted) {
      try {
        await listen();
      } catch (error) {
        if (stopping.signal.aborted) break;
        onError(error);
        await clock.sleep(reconnectAfterMs, signal).catch(() => {});
      }
    }
  }

  const listening = listenForever();
  return async () => {
    stopping.abort();
    await listening;
  };
}
