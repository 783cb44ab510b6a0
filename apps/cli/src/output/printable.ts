/** Text of others as one line without control characters, which could move the cursor or hide what stands before. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');

/** The same, with line breaks and tabs kept. */
export const printableLines = (text: string): string =>
  text.replace(/\r\n/g, '\n').replace(/[^\P{Cc}\n\t]/gu, '');
