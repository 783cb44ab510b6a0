const pattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether the text can be looked for in a column of type uuid. */
export function isUuid(text: string): boolean {
  return pattern.test(text);
}
