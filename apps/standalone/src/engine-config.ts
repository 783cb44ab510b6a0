import { folder, loggingSettings, text } from '@ccd/service';
import { z } from 'zod';

/** Settings of the process of the embedded engine. */
export const engineConfigSchema = z.object({
  ENGINE_DATA_DIR: folder().describe('Folder of the event log and the key index'),
  EVENTLOG_SOCKET: text().describe('Socket that it listens on'),
  ...loggingSettings,
});
