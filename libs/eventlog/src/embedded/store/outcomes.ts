import type { DatabaseSync } from 'node:sqlite';
import { InvalidRequestError } from '../../errors.ts';
import { writeWindow } from '../wire/requests.ts';
import { numberIn, textIn } from './rows.ts';

/** Remembers what writes did, in the transaction that did it, so that each takes place once however often it is sent. */
export interface OutcomeStore {
  /** Runs the write, or answers with its outcome if it took place before. */
  once<T>(client: string, sequence: number, write: () => T, revive: (stored: unknown) => T): T;
  /** The client will not come back. */
  forget(client: string): void;
  /** Forgets clients that were last seen before `time`, at most `limit` rows; answers whether there may be more. */
  expire(time: number, limit: number): boolean;
}

export function createOutcomeStore(db: DatabaseSync, now: () => number): OutcomeStore {
  const select = db.prepare('SELECT sequence, result FROM outcomes WHERE client = ? AND slot = ?');
  const upsert = db.prepare(
    'INSERT OR REPLACE INTO outcomes (client, slot, sequence, result, at) VALUES (?, ?, ?, ?, ?)',
  );
  const remove = db.prepare('DELETE FROM outcomes WHERE client = ?');
  const removeOld = db.prepare(
    'DELETE FROM outcomes WHERE (client, slot) IN (SELECT client, slot FROM outcomes WHERE at < ? LIMIT ?)',
  );

  return {
    once(client, sequence, write, revive) {
      const slot = sequence % writeWindow;
      const row = select.get(client, slot);
      if (row) {
        const stored = numberIn(row, 'sequence');
        if (stored === sequence) return revive(JSON.parse(textIn(row, 'result')));
        if (stored > sequence)
          throw new InvalidRequestError('a write was repeated after its outcome was forgotten');
      }
      const result = write();
      upsert.run(client, slot, sequence, JSON.stringify(result), now());
      return result;
    },
    forget(client) {
      remove.run(client);
    },
    expire: (time, limit) => Number(removeOld.run(time, limit).changes) === limit,
  };
}
