import { createHmac } from 'node:crypto';
import { InvalidSecretsError } from './errors.ts';
import type { SessionRef } from './port.ts';
import { unambiguous } from './unambiguous.ts';

/** @throws InvalidSecretsError */
export function assertLookupSecret(lookupSecret: Buffer): void {
  if (lookupSecret.length < 32) throw new InvalidSecretsError('the look-up secret needs at least 32 bytes');
}

/** What stores know a session by: HMAC-SHA-256 under the installation's secret, in hex. */
export function lookupKey(lookupSecret: Buffer, { streamId, keyFieldValue }: SessionRef): string {
  return createHmac('sha256', lookupSecret).update(unambiguous(streamId, keyFieldValue)).digest('hex');
}
