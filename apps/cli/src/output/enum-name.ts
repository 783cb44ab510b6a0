/** The protocol's name of an enum's number; the number itself where this version does not know it. */
export const enumName = (values: Readonly<Record<string, number>>, value: number): string =>
  Object.entries(values).find(([, number]) => number === value)?.[0] ?? String(value);
