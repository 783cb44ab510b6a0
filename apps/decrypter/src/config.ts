import {
  cacheSettings,
  controlPlaneSettings,
  deadLetterSettings,
  eventLogSettings,
  guardrailSettings,
  keyStoreSettings,
} from '@ccd/dataplane';
import { folder, loggingSettings, port, text } from '@ccd/service';
import { z } from 'zod';

/** Settings of a decrypter. */
export const configSchema = z.object({
  CONFIG_DIR: folder().describe(
    'Folder with the task, `task.json`; set by the agent that runs the decrypter',
  ),
  ADMIN_HOST: text().default('127.0.0.1').describe('Address of `/is-alive`, `/ready` and `/metrics`'),
  ADMIN_PORT: port().default(0).describe('Port of the same; 0 lets the system choose'),
  ...controlPlaneSettings,
  ...eventLogSettings,
  ...keyStoreSettings,
  ...cacheSettings,
  ...guardrailSettings,
  ...deadLetterSettings,
  ...loggingSettings,
});

export type DecrypterConfig = z.output<typeof configSchema>;
