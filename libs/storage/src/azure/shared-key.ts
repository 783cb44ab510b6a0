import { createHmac } from 'node:crypto';
import type { HttpRequest } from '../remote/http-client.ts';

export interface SharedKey {
  readonly account: string;
  readonly key: Buffer;
}

/** Headers that a signature names one by one; of the others it covers those of Microsoft's own. */
const named = [
  ...['content-encoding', 'content-language', 'content-length', 'content-md5', 'content-type', 'date'],
  ...['if-modified-since', 'if-match', 'if-none-match', 'if-unmodified-since', 'range'],
];

/**
 * The header Authorization of a request that has everything else, `x-ms-date` and `x-ms-version` included: "Shared Key"
 * of the blob service, from version 2015-02-21 on.
 * https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
 */
export function signWithSharedKey({ account, key }: SharedKey, request: HttpRequest): string {
  const { method, url, headers = {}, body } = request;
  const length = body?.byteLength ?? 0;
  const all: ReadonlyMap<string, string> = new Map([
    ...Object.entries(headers).map(([name, value]): [string, string] => [name.toLowerCase(), String(value)]),
    // A body of nothing is signed as no length.
    ['content-length', length === 0 ? '' : String(length)],
  ]);
  const own = [...all].filter(([name]) => name.startsWith('x-ms-')).toSorted(byName);
  const query = [...url.searchParams].toSorted(byName);
  const signed = [
    method,
    ...named.map((name) => all.get(name) ?? ''),
    ...own.map(([name, value]) => `${name}:${value}`),
    `/${account}${url.pathname}`,
    ...query.map(([name, value]) => `${name.toLowerCase()}:${value}`),
  ].join('\n');
  return `SharedKey ${account}:${createHmac('sha256', key).update(signed).digest('base64')}`;
}

const byName = ([one]: readonly [string, string], [other]: readonly [string, string]): number =>
  one < other ? -1 : Number(one > other);
