import type { Clock } from '@ccd/reconcile';
import { connectEmbeddedLog } from './embedded/client/connect-embedded-log.ts';
import type { EmbeddedLog } from './embedded/client/connect-embedded-log.ts';
import type { EventLogOptions } from './options.ts';

/**
 * Connects to the engine that the configuration names.
 * @throws LogUnavailableError when it does not answer within the deadline
 */
export function connectEventLog(
  options: EventLogOptions,
  { clock }: { readonly clock: Clock },
): Promise<EmbeddedLog> {
  const { socketPath, deadlineMs } = options;
  return connectEmbeddedLog({ socketPath, deadlineMs, clock });
}
