import type { DatabaseSync } from 'node:sqlite';
import { ProducerFencedError } from '../../errors.ts';
import { numberIn } from './rows.ts';

/** Epochs of transactional ids: the newest producer of an id is the only one that may commit. */
export interface TransactionStore {
  /** Starts a new epoch, which fences every earlier one. */
  begin(transactionalId: string): number;
  /** @throws ProducerFencedError */
  assertCurrent(transactionalId: string, epoch: number): void;
}

export function createTransactionStore(db: DatabaseSync): TransactionStore {
  const select = db.prepare('SELECT epoch FROM transactional_ids WHERE id = ?');
  const upsert = db.prepare('INSERT OR REPLACE INTO transactional_ids (id, epoch) VALUES (?, ?)');

  function current(transactionalId: string): number {
    const row = select.get(transactionalId);
    return row ? numberIn(row, 'epoch') : 0;
  }

  return {
    begin(transactionalId) {
      const epoch = current(transactionalId) + 1;
      upsert.run(transactionalId, epoch);
      return epoch;
    },
    assertCurrent(transactionalId, epoch) {
      if (current(transactionalId) !== epoch) throw new ProducerFencedError(transactionalId);
    },
  };
}
