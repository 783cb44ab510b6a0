import { serverTitles } from './server-kind.ts';
import type { ServerKind } from './server-kind.ts';

/** The machine has no such server; the message says how to get it. */
export class ServerMissingError extends Error {
  override readonly name = 'ServerMissingError';
  readonly kind: ServerKind;

  constructor(kind: ServerKind, reason: string) {
    super(`${reason}; npm run test-servers -- --only ${kind}`);
    this.kind = kind;
  }
}

/** A server, or a program that prepares one, ended or did not become ready; the end of its log is in the message. */
export class ServerFailedError extends Error {
  override readonly name = 'ServerFailedError';
  readonly kind: ServerKind;

  constructor(kind: ServerKind, what: string, log: string) {
    super(`${serverTitles[kind]}: ${what}\n${log}`);
    this.kind = kind;
  }
}
