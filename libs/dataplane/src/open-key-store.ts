import { hasTables } from '@ccd/eventlog';
import type { EventLog } from '@ccd/eventlog';
import type { KeyIndex, KeyStoreSecrets, RebuildableKeyStore } from '@ccd/keystore';
import { createKeyStore, createRedisIndex, createTableIndex } from '@ccd/keystore';
import type { Clock } from '@ccd/reconcile';
import { ConfigError } from '@ccd/service';
import { createKeyJournal } from './key-journal.ts';
import type { KeyIndexEngine } from './key-store-settings.ts';

/**
 * Opens the session keys of the installation: their record on the event log, their index where `index` says.
 * @throws ConfigError for the embedded index beside an event log that is not embedded
 */
export async function openKeyStore(
  log: EventLog,
  {
    index,
    secrets,
    clock,
  }: { readonly index: KeyIndexEngine; readonly secrets: KeyStoreSecrets; readonly clock: Clock },
): Promise<RebuildableKeyStore> {
  const opened = openIndex(log, index, clock);
  const producer = await log.createProducer();
  return createKeyStore({ index: opened, journal: createKeyJournal(log, producer), secrets, clock });
}

function openIndex(log: EventLog, index: KeyIndexEngine, clock: Clock): KeyIndex {
  if (index.engine === 'redis') return createRedisIndex(index.redis, { clock });
  if (hasTables(log)) return createTableIndex(log.table('session-keys'));
  throw new ConfigError([
    {
      variable: 'KEYSTORE_ENGINE',
      problem: 'is embedded, and the event log is not',
      accepted: 'redis, with STRM_REDIS_HOST',
    },
  ]);
}
