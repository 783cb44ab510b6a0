import { agentSettings, deadLetterSettings, eventLogSettings, workerLogSettings } from '@ccd/dataplane';
import { wholeNumber } from '@ccd/service';
import { z } from 'zod';

/** Settings of the streams agent. */
export const configSchema = z.object({
  STRM_KAFKA_TOPIC_NUM_PARTITIONS: wholeNumber({ min: 1, max: 1_000 })
    .default(5)
    .describe('Partitions of new topics, with every engine'),
  TOPIC_GRACE_HOURS: wholeNumber({ min: 0 })
    .default(72)
    .describe('Hours that a topic and its data outlive its stream'),
  ...agentSettings,
  ...workerLogSettings,
  ...deadLetterSettings,
  ...eventLogSettings,
});

export type StreamsAgentConfig = z.output<typeof configSchema>;
