import type { entities } from '@ccd/protocol';
import { keyTopicOf, topicOf } from '../streams/stream-messages.ts';
import type { StoredExporter } from './exporter-store.ts';

export const toUserExporter = ({ message }: StoredExporter): entities.BatchExporter => message;

/** The exporter as the agent runs it. */
export function toExtendedExporter(stored: StoredExporter): entities.ExtendedBatchExporter {
  const stream = { id: stored.streamId };
  return {
    uuid: stored.id,
    topic: stored.content === 'keys' ? keyTopicOf(stream) : topicOf(stream),
    exporter: stored.message,
  };
}
