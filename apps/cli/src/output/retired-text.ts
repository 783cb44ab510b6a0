/** A text field that the protocol advises against and that tables still have a column for. */
export function retiredText<Message extends object>(message: Message, field: keyof Message): string {
  const value: unknown = message[field];
  return typeof value === 'string' ? value : '';
}
