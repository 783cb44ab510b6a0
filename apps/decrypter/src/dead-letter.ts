import { deadLetterTopicOf, DeadLettersUnreadableError, loadDeadLetterDecisions } from '@ccd/dataplane';
import type { EventLog, RecordToAppend, StoredRecord } from '@ccd/eventlog';

/** The event as it stands in the source, encrypted as it is, with where it stood and why it went. */
export function toDeadLetter(
  streamId: string,
  { key, value, timestamp, headers, partition, offset }: StoredRecord,
  reason: string,
): RecordToAppend {
  return {
    topic: deadLetterTopicOf(streamId),
    key,
    value,
    timestamp,
    headers: {
      ...headers,
      'ccd-reason': reason,
      'ccd-partition': String(partition),
      'ccd-offset': String(offset),
    },
  };
}

export interface MayGoOptions {
  /** The file of people's decisions. */
  readonly file: string | undefined;
  readonly streamId: string;
  readonly log: { readonly admin: Pick<EventLog['admin'], 'describeTopic'> };
  /** Told of a file that says nothing. */
  readonly onUnreadable: (error: DeadLettersUnreadableError) => void;
}

/** Where an event stands. */
export interface Place {
  readonly partition: number;
  readonly offset: number;
}

/**
 * Whether a person has decided that the event at a place may go, and there is a topic that takes it. The file is read
 * anew each time: only partitions that wait ask.
 * @throws LogUnavailableError
 */
export function createMayGo(options: MayGoOptions): (place: Place) => Promise<boolean> {
  const { file, streamId, log, onUnreadable } = options;

  async function isDecided({ partition, offset }: Place): Promise<boolean> {
    try {
      return (await loadDeadLetterDecisions(file)).some(
        (decision) =>
          decision.stream === streamId && decision.partition === partition && offset <= decision.upTo,
      );
    } catch (error) {
      if (!(error instanceof DeadLettersUnreadableError)) throw error;
      onUnreadable(error);
      return false;
    }
  }

  return async (place) =>
    (await isDecided(place)) && (await log.admin.describeTopic(deadLetterTopicOf(streamId))) !== undefined;
}
