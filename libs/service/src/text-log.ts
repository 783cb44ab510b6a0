/** A JSON log line as a person reads it: `10:21:07.123 WARN  gateway: queue is full  records=500`. */
export function toText(line: string): string {
  const { time, level, name, message, ...fields } = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const clock = typeof time === 'string' ? time.slice(11, 23) : '';
  const rest = Object.entries(fields).map(([key, value]) => `${key}=${show(value)}`);
  const head = `${clock} ${plain(level).toUpperCase().padEnd(5)} ${plain(name)}: ${plain(message)}`;
  return `${[head, ...rest].join('  ')}\n`;
}

const plain = (value: unknown): string => (typeof value === 'string' ? value : '');

const show = (value: unknown): string =>
  typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
