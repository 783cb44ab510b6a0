import { failpoint } from '@ccd/failpoints';
import type { Producer, TransactionalProducer } from '../../port.ts';
import { ProducerFencedError } from '../../errors.ts';
import { createInFlight } from '../../in-flight.ts';
import type { Connection } from './connection-port.ts';
import { toPositions, toWireRecords } from './to-wire.ts';

export function createEmbeddedProducer(connection: Connection): Producer {
  const inFlight = createInFlight();
  return {
    append: (records) =>
      inFlight.run(async () => {
        if (records.length === 0) return [];
        const { topics, payload } = toWireRecords(records);
        const { result } = await connection.write('append', { topics }, payload);
        failpoint('eventlog.afterAppendReply');
        return toPositions(records, result.positions);
      }),
    close: () => inFlight.close(),
  };
}

/** Errors after which nothing was stored, and the producer is as good as before. */
const harmless = ['TopicNotFoundError', 'InvalidRecordError', 'RecordTooLargeError', 'InvalidRequestError'];

export async function createEmbeddedTransactionalProducer(
  connection: Connection,
  transactionalId: string,
): Promise<TransactionalProducer> {
  const { result } = await connection.write('transaction.begin', { transactionalId });
  const { epoch } = result;
  const inFlight = createInFlight();
  let spent: Error | undefined;
  return {
    commit: ({ records, group, offsets }) =>
      inFlight.run(async () => {
        if (spent) throw new ProducerFencedError(transactionalId, { cause: spent });
        const { topics, payload } = toWireRecords(records);
        try {
          await connection.write(
            'transaction.commit',
            { transactionalId, epoch, group, offsets: [...offsets], topics },
            payload,
          );
          failpoint('eventlog.afterTransactionReply');
        } catch (error) {
          if (error instanceof Error && !harmless.includes(error.name)) spent = error;
          throw error;
        }
      }),
    close: () => inFlight.close(),
  };
}
