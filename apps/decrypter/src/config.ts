import { decrypterSettings } from '@ccd/dataplane';
import { adminSettings, folder } from '@ccd/service';
import { z } from 'zod';

/** Settings of a decrypter. */
export const configSchema = z.object({
  CONFIG_DIR: folder().describe(
    'Folder with the task, `task.json`; set by the agent that runs the decrypter',
  ),
  ...adminSettings,
  ...decrypterSettings,
});

export type DecrypterConfig = z.output<typeof configSchema>;
