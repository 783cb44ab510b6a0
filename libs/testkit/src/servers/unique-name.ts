import { randomBytes } from 'node:crypto';

/** A name that nobody else uses, for topics, buckets and databases on a server that several tests share. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString('hex')}`;
}
