import { exporterSettings } from '@ccd/dataplane';
import { adminSettings, folder, wholeNumber } from '@ccd/service';
import { z } from 'zod';

/** Settings of a batch exporter. */
export const configSchema = z.object({
  CONFIG_DIR: folder().describe('Folder with the task, `task.json`; set by the agent that runs the exporter'),
  SECRETS_DIR: folder().describe('Folder with the Secret of the data connector; set by the same'),
  SPOOL_MEMORY_BYTES: wholeNumber({ min: 1 })
    .default(1_048_576)
    .describe(
      'How much of the object of a partition is kept in memory; the rest goes to an encrypted file, piece by piece',
    ),
  ...adminSettings,
  ...exporterSettings,
});

export type ExporterConfig = z.output<typeof configSchema>;
