import type { Clock } from '@ccd/reconcile';
import type { Database } from './database/database.ts';
import type { DesiredStates } from './desired-state/desired-states.ts';
import type { SecretBox } from './secrets/secret-box.ts';

/** What the services share. */
export interface ServiceContext {
  readonly database: Database;
  readonly secrets: SecretBox;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly desired: DesiredStates;
}
