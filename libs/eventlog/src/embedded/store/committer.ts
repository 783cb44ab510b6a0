import type { DatabaseSync } from 'node:sqlite';
import { failpoint } from '@ccd/failpoints';
import { LogUnavailableError } from '../../errors.ts';
import { isRefusal } from '../wire/error-codec.ts';

/** The engine takes nothing new: the request was not begun, and another engine will answer it. */
export class EngineStoppingError extends Error {
  override readonly name = 'EngineStoppingError';
}

/** Group commit: what arrived while the last commit was syncing goes into one transaction. */
export interface Committer {
  /**
   * Runs `work` in the next transaction and resolves with what it returned once that is durable. A refusal that it
   * throws before its first write is its own; any other failure undoes the whole transaction.
   * @throws LogUnavailableError when nothing of the transaction was stored, EngineStoppingError after `close`
   */
  submit<T>(work: () => T): Promise<T>;
  /** Resolves when everything submitted has been carried out; refuses what comes later. */
  close(): Promise<void>;
}

interface Job {
  /** Carries out the work and returns how to tell the caller. */
  run(): () => void;
  fail(error: Error): void;
}

/** One transaction takes no more, so that the event loop gets its turn. */
const jobsPerCommit = 1_000;

export function createCommitter(
  db: DatabaseSync,
  hooks: {
    /** Inside the transaction, after the last job. */
    beforeCommit(): void;
    afterCommit(): void;
    afterRollback(): void;
    onFault(error: unknown): void;
  },
): Committer {
  const queue: Job[] = [];
  let scheduled = false;
  let closed = false;
  let drained = (): void => {};

  function commit(jobs: readonly Job[]): void {
    let answers: (() => void)[];
    try {
      db.exec('BEGIN IMMEDIATE');
      answers = jobs.map((job) => job.run());
      hooks.beforeCommit();
      failpoint('engine.beforeCommit');
      db.exec('COMMIT');
      failpoint('engine.afterCommit');
    } catch (cause) {
      rollback();
      hooks.onFault(cause);
      const error = new LogUnavailableError('nothing could be stored', { cause });
      jobs.forEach((job) => {
        job.fail(error);
      });
      return;
    }
    hooks.afterCommit();
    answers.forEach((answer) => {
      answer();
    });
  }

  function rollback(): void {
    if (db.isTransaction) db.exec('ROLLBACK');
    hooks.afterRollback();
  }

  function turn(): void {
    commit(queue.splice(0, jobsPerCommit));
    scheduled = queue.length > 0;
    if (scheduled) setImmediate(turn);
    else drained();
  }

  return {
    submit: (work) =>
      new Promise((resolve, reject) => {
        if (closed) {
          reject(new EngineStoppingError('the engine is stopping'));
          return;
        }
        queue.push({
          run() {
            try {
              const value = work();
              return () => {
                resolve(value);
              };
            } catch (error) {
              if (!isRefusal(error)) throw error;
              return () => {
                reject(error);
              };
            }
          },
          fail: reject,
        });
        // After the poll phase, so that every request that is readable by now comes along.
        if (!scheduled) setImmediate(turn);
        scheduled = true;
      }),

    close() {
      closed = true;
      return new Promise((resolve) => {
        drained = resolve;
        if (!scheduled) resolve();
      });
    },
  };
}
