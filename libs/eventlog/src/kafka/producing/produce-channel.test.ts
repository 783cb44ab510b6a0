import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '@ccd/reconcile/testing';
import type { Cluster } from '../wire/cluster.ts';
import { codes, NoAnswerError } from '../wire/errors.ts';
import { createProduceChannel } from './produce-channel.ts';

describe(createProduceChannel, () => {
  it('gives up a batch whose time is up, and leaves the others of its request theirs', async () => {
    const clock = createFakeClock();
    const asked = Promise.withResolvers<number>();
    const answer = Promise.withResolvers<unknown>();
    const broker = {
      request: (_api: unknown, _args: unknown, timeoutMs: number) => {
        asked.resolve(timeoutMs);
        return answer.promise;
      },
    };
    const channel = createProduceChannel(
      { clock, node: async () => broker } as unknown as Cluster,
      'lane',
      null,
    );
    const batch = (partition: number) => ({ topic: 'topic', partition, bytes: Buffer.alloc(0) });
    const late = channel.send(1, batch(0), 10);
    const other = channel.send(1, batch(1), 5_000);
    await expect(asked.promise).resolves.toBe(5_000);
    const givenUp = late.catch((error: unknown) => error);
    await clock.advance(10);
    await expect(givenUp).resolves.toBeInstanceOf(NoAnswerError);
    const stored = [0, 1].map((index) => ({ index, errorCode: codes.none, baseOffset: BigInt(index + 7) }));
    answer.resolve({ responses: [{ name: 'topic', partitionResponses: stored }] });
    await expect(other).resolves.toBe(8);
  });
});
