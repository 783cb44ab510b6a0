import { readFileSync, writeFileSync } from 'node:fs';

/** A request of the load, before it is rendered for a protocol. */
export interface LoadRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export function writeRequests(file: string, requests: readonly LoadRequest[]): void {
  writeFileSync(
    file,
    JSON.stringify(requests.map(({ body, ...rest }) => ({ ...rest, body: body.toString('base64') }))),
  );
}

export function readRequests(file: string): LoadRequest[] {
  const stored = JSON.parse(readFileSync(file, 'utf8')) as (Omit<LoadRequest, 'body'> & { body: string })[];
  return stored.map(({ body, ...rest }) => ({ ...rest, body: Buffer.from(body, 'base64') }));
}
