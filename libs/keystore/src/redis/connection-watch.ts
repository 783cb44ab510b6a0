import type { Clock } from '@ccd/reconcile';
import { abortable } from '@ccd/reconcile';
import type { Cluster, Redis } from 'ioredis';

/** There has been no connection to Redis for so long that waiting for one is no use. */
export class NotConnectedError extends Error {
  override readonly name = 'NotConnectedError';
  constructor() {
    super('there is no connection');
  }
}

export interface ConnectionWatch {
  /**
   * Resolves once commands can be sent, which starts the first connection too; rejects when the signal aborts.
   * @throws NotConnectedError at once where there has been none for longer than the patience
   */
  ready(signal: AbortSignal): Promise<void>;
}

/**
 * Waits for connections in place of ioredis, whose queues for that have no bound, and keep what nobody waits for any
 * more. The client goes on connecting by itself.
 */
export function watchConnection(
  redis: Redis | Cluster,
  { clock, patienceMs }: { readonly clock: Clock; readonly patienceMs: number },
): ConnectionWatch {
  let awaySince: number | undefined;
  let next = Promise.withResolvers<undefined>();
  redis.on('ready', () => {
    awaySince = undefined;
    next.resolve(undefined);
    next = Promise.withResolvers();
  });
  redis.on('close', () => {
    awaySince ??= clock.monotonic();
  });

  return {
    async ready(signal) {
      while (redis.status !== 'ready') {
        signal.throwIfAborted();
        // A failure of the first connection is told like those that follow, as an event.
        if (redis.status === 'wait') redis.connect().catch(() => {});
        awaySince ??= clock.monotonic();
        if (clock.monotonic() - awaySince >= patienceMs) throw new NotConnectedError();
        await abortable(next.promise, signal);
      }
    },
  };
}
