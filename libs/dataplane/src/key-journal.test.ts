import { createMemoryLog } from '@ccd/eventlog/testing';
import type { JournalEntry } from '@ccd/keystore';
import { createFakeClock } from '@ccd/reconcile/testing';
import { describe, expect, it } from '@jest/globals';
import { createKeyJournal } from './key-journal.ts';

const entry = (keyLink: string): JournalEntry => ({
  keyLink,
  streamId: '1',
  lookup: 'abc',
  wrapped: { kekId: 'k', ciphertext: 'AAAA' },
  createdAt: 1,
  rotatesAt: 2,
  policyId: '',
  expiresAt: 3,
});

describe(createKeyJournal, () => {
  it('replays what was appended to the key topic of the stream, tombstones included', async () => {
    const log = createMemoryLog({ clock: createFakeClock() });
    await log.admin.createTopic({ name: 'keys-1', partitions: 1, config: { cleanup: 'compact' } });
    const journal = createKeyJournal(log, await log.createProducer());
    await journal.append(entry('a'));
    await journal.append({ ...entry('a'), wrapped: null });
    const replayed: JournalEntry[] = [];
    for await (const each of journal.replay('1', new AbortController().signal)) replayed.push(each);
    expect(replayed).toEqual([entry('a'), { ...entry('a'), wrapped: null }]);
    await log.close();
  });
});
