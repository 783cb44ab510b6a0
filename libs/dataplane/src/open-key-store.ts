import type { EmbeddedLog } from '@ccd/eventlog';
import type { KeyStoreSecrets, RebuildableKeyStore } from '@ccd/keystore';
import { createKeyStore, createTableIndex } from '@ccd/keystore';
import type { Clock } from '@ccd/reconcile';
import { createKeyJournal } from './key-journal.ts';

/** Opens the session keys of the installation: journal and index both on the embedded engine. */
export async function openKeyStore(
  log: EmbeddedLog,
  { secrets, clock }: { readonly secrets: KeyStoreSecrets; readonly clock: Clock },
): Promise<RebuildableKeyStore> {
  const producer = await log.createProducer();
  return createKeyStore({
    index: createTableIndex(log.table('session-keys')),
    journal: createKeyJournal(log, producer),
    secrets,
    clock,
  });
}
