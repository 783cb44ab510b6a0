import {
  cacheSettings,
  controlPlaneSettings,
  deadLetterSettings,
  eventLogSettings,
  guardrailSettings,
  keyStoreSettings,
} from '@ccd/dataplane';
import { adminSettings, folder, loggingSettings } from '@ccd/service';
import { z } from 'zod';

/** Settings of a decrypter. */
export const configSchema = z.object({
  CONFIG_DIR: folder().describe(
    'Folder with the task, `task.json`; set by the agent that runs the decrypter',
  ),
  ...adminSettings,
  ...controlPlaneSettings,
  ...eventLogSettings,
  ...keyStoreSettings,
  ...cacheSettings,
  ...guardrailSettings,
  ...deadLetterSettings,
  ...loggingSettings,
});

export type DecrypterConfig = z.output<typeof configSchema>;
