import type { TextSink } from '@ccd/contracts';
import type { RecordReader } from '@ccd/dataplane';
import type { KeyWrapper } from '@ccd/keystore';
import { decodeJournalEntry, openEntry } from '@ccd/keystore';
import { csvRow } from './csv-row.ts';
import type { RenderRecord } from './partition-export.ts';

/** Events as plain JSON, one a line. */
export function createEventRenderer(reader: Pick<RecordReader, 'print'>): RenderRecord {
  return ({ value }, sink) => {
    if (value === null) return false;
    const printing = reader.print(value, sink);
    return printing === undefined ? endLine(sink) : printing.then(() => endLine(sink));
  };
}

const lineEnd = 0x0a;

function endLine(sink: TextSink): true {
  sink.byte(lineEnd);
  return true;
}

/** First line of every file of keys. */
export const keyHeader = csvRow(['keyLink', 'encryptionKey', 'policyId', 'expiresAt']);

/** Keys as rows of a CSV file, unwrapped: whoever holds the file opens the events. Erased keys are left out. */
export function createKeyRenderer(wrapper: KeyWrapper): RenderRecord {
  return async (record, sink) => {
    if (record.value === null) return false;
    const entry = decodeJournalEntry(record);
    const keyset = await openEntry(entry, wrapper);
    if (keyset === undefined) return false;
    sink.text(csvRow([entry.keyLink, keyset, entry.policyId, String(entry.expiresAt)]));
    return true;
  };
}
