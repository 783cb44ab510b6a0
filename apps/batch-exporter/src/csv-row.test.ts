import { describe, expect, it } from '@jest/globals';
import { csvRow } from './csv-row.ts';

describe(csvRow, () => {
  it('quotes every field and doubles quotes inside', () => {
    expect(csvRow(['link', '{"primaryKeyId":1}', '', '1354233600000'])).toBe(
      '"link","{""primaryKeyId"":1}","","1354233600000"\r\n',
    );
  });
});
