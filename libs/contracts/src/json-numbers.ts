/** A `double` as JSON. */
export const printDouble = (value: number): string =>
  Number.isFinite(value) ? String(value) : inQuotes(value);

/** A `float` as JSON: the shortest decimal that reads back as the same 32 bits, 41.33574 and not 41.335739135742188. */
export const printFloat = (value: number): string =>
  Number.isFinite(value) ? shortestFloat(value) : inQuotes(value);

/** JSON has no word for what is not finite; these are what Java's Avro writes, in quotes so that it stays JSON. */
const inQuotes = (value: number): string => `"${value}"`;

function shortestFloat(value: number): string {
  for (let digits = 6; digits < 9; digits += 1) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(Number(value.toPrecision(9)));
}
