import { serverPlaces } from './config.ts';
import { ServerMissingError } from './errors.ts';
import { findLocalServer } from './local-server.ts';
import { createLocalSource } from './local-source.ts';
import type { ServerKind } from './server-kind.ts';
import type { ServerSource } from './source.ts';

/** Why this machine has no such server, or undefined when it has. Takes no time worth mentioning. */
export function whyNoServer(kind: ServerKind): string | undefined {
  const { missing } = findLocalServer(kind, serverPlaces);
  return missing === undefined ? undefined : new ServerMissingError(kind, missing).message;
}

/** Where to get a server from. Throws `ServerMissingError`. */
export function findSource(kind: ServerKind): ServerSource {
  const local = findLocalServer(kind, serverPlaces);
  if (local.missing !== undefined) throw new ServerMissingError(kind, local.missing);
  return createLocalSource(kind, local.found);
}
