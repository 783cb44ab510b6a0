import type { DecrypterTask } from '@ccd/dataplane';
import { createFieldCiphers } from '@ccd/privacy';
import { systemClock as clock } from '@ccd/reconcile';
import { groupOf, runDecrypter } from '../src/run-decrypter.ts';
import { sourceTopic, streamId } from './source-stream.ts';
import type { SourceStream } from './source-stream.ts';

export const derivedTopic = 'stream-derived';

/** Two of three personal fields in clear text, one of them masked. */
export const task: DecrypterTask = {
  streamId,
  sourceTopic,
  derived: [
    {
      topic: derivedTopic,
      consent: { type: 'CUMULATIVE', levels: [2] },
      masking: { seed: 'bench', fields: { 'bench/page-view/1.0.0': ['customerId'] } },
    },
  ],
};

export const group = groupOf(task);

/** A worker that runs until it is stopped. */
export interface Working {
  /** Events that it is done with. */
  events(): number;
  stop(): Promise<void>;
}

/**
 * Starts the decrypter itself.
 * @param onEvents told after each batch
 */
export function startDeriving(
  { log, keys, reader }: SourceStream,
  onEvents: (events: number) => void = () => {},
): Working {
  const stopping = new AbortController();
  let events = 0;
  const running = log.admin
    .createTopic({ name: derivedTopic, partitions: 4, config: { cleanup: 'delete' } })
    .then(() =>
      runDecrypter(
        {
          task,
          log,
          reader,
          keys,
          ciphers: createFieldCiphers(),
          clock,
          onRunning: () => {},
          onBlocked: (_partition, _offset, reason) => {
            stopping.abort(new Error(reason));
          },
          onUnblocked: () => {},
          mayGo: async () => false,
          onDerived: ({ read, written }) => {
            if (read !== written) throw new Error('every event goes into the derived stream');
            events += read;
            onEvents(events);
          },
        },
        stopping.signal,
      ),
    );
  return {
    events: () => events,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
