/** One CSV line: every field in double quotes, quotes doubled, CRLF at the end (RFC 4180). */
export function csvRow(fields: readonly string[]): string {
  return `${fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(',')}\r\n`;
}
