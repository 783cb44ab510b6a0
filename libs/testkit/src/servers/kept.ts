import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, isFree } from './free-port.ts';

type Kept = Readonly<Record<string, string>>;

const fileOf = (home: string): string => join(home, 'kept.json');

function read(home: string): Kept {
  return existsSync(fileOf(home)) ? (JSON.parse(readFileSync(fileOf(home), 'utf8')) as Kept) : {};
}

function keep(home: string, name: string, value: string): string {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  writeFileSync(fileOf(home), JSON.stringify({ ...read(home), [name]: value }), { mode: 0o600 });
  return value;
}

/** A text that is the same at every start of a server in this home; without a home, a new one. */
export function keptText(home: string | undefined, name: string, make: () => string): string {
  return home === undefined ? make() : (read(home)[name] ?? keep(home, name, make()));
}

/**
 * A port that is the same at every start of a server in this home, since clients were told of it; without a home, a free one.
 * @throws Error when somebody else has taken it meanwhile
 */
export async function keptPort(home: string | undefined, name: string): Promise<number> {
  if (home === undefined) return freePort();
  const { [name]: before } = read(home);
  if (before === undefined) {
    const port = await freePort();
    keep(home, name, `${port}`);
    return port;
  }
  if (await isFree(Number(before))) return Number(before);
  throw new Error(`port ${before}, which clients of the server in ${home} know, is taken by another process`);
}
