import { randomUUID } from 'node:crypto';
import type * as jestGlobals from '@jest/globals';
import { LogUnavailableError } from '../../errors.ts';
import { record } from './context.ts';
import type { ContractContext } from './context.ts';

// The globals of jest and not its module, which cannot be loaded outside a test: benches and demos import this entry too.
declare const { describe, expect, it }: typeof jestGlobals;

export function describeConnection(context: ContractContext): void {
  describe('the connection', () => {
    it('answers a ping', async () => {
      await expect(context.log.ping()).resolves.toBeUndefined();
    });

    it('closes everything that was made from it', async () => {
      const topic = await context.topic();
      const log = await context.connect();
      const producer = await log.createProducer();
      const transactional = await log.createTransactionalProducer(randomUUID());
      const { done } = await context.consume({ topics: [topic], group: randomUUID() }, {}, log);
      await log.close();
      await expect(done).resolves.toBeUndefined();
      await expect(producer.append([record(topic, 'a')])).rejects.toThrow(LogUnavailableError);
      const transaction = { records: [], group: 'g', offsets: [] };
      await expect(transactional.commit(transaction)).rejects.toThrow(LogUnavailableError);
      await expect(log.createProducer()).rejects.toThrow(LogUnavailableError);
      await expect(log.ping()).rejects.toThrow(LogUnavailableError);
    });

    it('may be closed twice', async () => {
      const log = await context.connect();
      await log.close();
      await expect(log.close()).resolves.toBeUndefined();
    });
  });
}
