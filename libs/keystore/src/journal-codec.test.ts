import { describe, expect, it } from '@jest/globals';
import { JournalFormatError } from './errors.ts';
import { decodeJournalEntry, encodeJournalEntry } from './journal-codec.ts';
import { newEntry } from './testing/key-index-contract.ts';

describe(decodeJournalEntry, () => {
  it.each([
    ['an entry', newEntry()],
    ['a tombstone', newEntry({ wrapped: null })],
  ])('reads %s as it was written', (_, entry) => {
    expect(decodeJournalEntry(encodeJournalEntry(entry))).toEqual(entry);
  });

  it('puts the record under its key link, so that compaction keeps the newest entry of each', () => {
    const entry = newEntry();
    expect(encodeJournalEntry(entry).key.toString()).toBe(entry.keyLink);
  });

  it.each([
    ['no value', null],
    ['no JSON', Buffer.from('{')],
    ['a value without its fields', Buffer.from('{"keyLink":"a"}')],
    ['fields that are not its own', Buffer.from(JSON.stringify({ ...newEntry(), keyset: 'plain' }))],
  ])('refuses %s', (_, value) => {
    expect(() => decodeJournalEntry({ key: Buffer.from('a'), value })).toThrow(JournalFormatError);
  });

  it('refuses an entry under the link of another', () => {
    const { value } = encodeJournalEntry(newEntry());
    expect(() => decodeJournalEntry({ key: Buffer.from('other'), value })).toThrow(JournalFormatError);
  });
});
