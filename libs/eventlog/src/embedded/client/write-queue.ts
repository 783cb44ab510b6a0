import type { Clock } from '@ccd/reconcile';
import { InvalidRequestError, LogUnavailableError } from '../../errors.ts';

export interface WaitingWrite {
  /** Monotonic time at which it is given up; absent: never. */
  readonly deadline: number | undefined;
  /** Sends it as the client's write of this number. @throws InvalidRequestError */
  send(sequence: number): void;
  reject(error: Error): void;
}

/** Numbers the writes of a client in the order of its calls, and holds those for which the window has no room. */
export function createWriteQueue(options: { readonly clock: Clock; hasRoomFor(sequence: number): boolean }) {
  let waiting: WaitingWrite[] = [];
  let nextSequence = 0;

  function send(write: WaitingWrite): void {
    if (write.deadline !== undefined && write.deadline <= options.clock.monotonic()) {
      write.reject(new LogUnavailableError('no answer within the deadline'));
      return;
    }
    try {
      write.send(nextSequence++);
    } catch (error) {
      write.reject(error instanceof Error ? error : new InvalidRequestError(String(error)));
    }
  }

  function pump(): void {
    let sent = 0;
    for (; sent < waiting.length && options.hasRoomFor(nextSequence); sent++) {
      const write = waiting[sent];
      if (write) send(write);
    }
    if (sent > 0) waiting = waiting.slice(sent);
  }

  return {
    add(write: WaitingWrite): void {
      waiting.push(write);
      pump();
    },
    /** Sends what there is room for. */
    pump,
    rejectAll(error: Error): void {
      const writes = waiting;
      waiting = [];
      writes.forEach((write) => {
        write.reject(error);
      });
    },
  };
}
