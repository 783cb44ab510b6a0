import { initProducerIdV4 } from '@platformatic/kafka';
import type { Cluster } from '../wire/cluster.ts';
import { askCoordinator } from '../wire/cluster.ts';
import { assertCode } from '../wire/errors.ts';
import { withRetries } from '../wire/retry.ts';

/** What a broker knows a producer by; it numbers the batches of each partition from 0. */
export interface ProducerIdentity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/** An identity that nobody else has. @throws LogUnavailableError */
export function newIdentity(cluster: Cluster, deadlineMs: number): Promise<ProducerIdentity> {
  return withRetries({ clock: cluster.clock, deadlineMs }, async (remainingMs) => {
    const timeoutMs = cluster.timeoutFor(remainingMs);
    const broker = await cluster.any(timeoutMs);
    const answer = await broker.request(initProducerIdV4.api, [null, 0, -1n, -1], timeoutMs);
    assertCode(answer.errorCode);
    return answer;
  });
}

/**
 * The next epoch of a transactional id: every earlier one is fenced from here on, and its open transaction aborted.
 * @throws LogUnavailableError
 */
export function takeOver(
  cluster: Cluster,
  transactionalId: string,
  transactionTimeoutMs: number,
): Promise<ProducerIdentity> {
  return askCoordinator(cluster, ['transaction', transactionalId], 'main', async (broker, timeoutMs) => {
    const answer = await broker.request(
      initProducerIdV4.api,
      [transactionalId, transactionTimeoutMs, -1n, -1],
      timeoutMs,
    );
    assertCode(answer.errorCode);
    return answer;
  });
}
