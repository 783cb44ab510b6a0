import type { ReadEvent, RecordReader } from '@ccd/dataplane';
import type { StoredRecord } from '@ccd/eventlog';
import type { KeyStoreSecrets } from '@ccd/keystore';
import { decodeJournalEntry, unwrapKeyset } from '@ccd/keystore';
import { csvRow } from './csv-row.ts';
import type { RenderRecord } from './partition-export.ts';

/** Events as plain JSON, one a line. */
export function createEventRenderer(reader: Pick<RecordReader, 'read'>): RenderRecord {
  return ({ value }) => {
    if (value === null) return undefined;
    const read = reader.read(value);
    return read instanceof Promise ? read.then(toLine) : toLine(read);
  };
}

const toLine = ({ schema, event }: ReadEvent): string => `${schema.toJson(event, 'plain')}\n`;

/** First line of every file of keys. */
export const keyHeader = csvRow(['keyLink', 'encryptionKey', 'policyId', 'expiresAt']);

/** Keys as rows of a CSV file, unwrapped: whoever holds the file opens the events. Erased keys are left out. */
export function createKeyRenderer(secrets: KeyStoreSecrets): RenderRecord {
  return async (record: StoredRecord) => {
    if (record.value === null) return undefined;
    const entry = decodeJournalEntry(record);
    const keyset = unwrapKeyset(entry, secrets);
    if (keyset === undefined) return undefined;
    return csvRow([entry.keyLink, keyset, entry.policyId, String(entry.expiresAt)]);
  };
}
