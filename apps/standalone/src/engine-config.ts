import { eventLogSettings } from '@ccd/dataplane';
import { folder, loggingSettings } from '@ccd/service';
import { z } from 'zod';

/** Settings of the process of the embedded engine. */
export const engineConfigSchema = z.object({
  ENGINE_DATA_DIR: folder().describe('Folder of the event log and the key index'),
  EVENTLOG_SOCKET: eventLogSettings.EVENTLOG_SOCKET,
  ...loggingSettings,
});
