import { readFileSync } from 'node:fs';
import { eventually } from '../../eventually.ts';
import { uniqueName } from '../unique-name.ts';
import { parseAuditLog } from './audit.ts';
import type { AuditEvent } from './audit.ts';
import { askCluster, testkitAgent } from './cluster-api.ts';
import type { ClusterAccess } from './cluster-api.ts';

/** What an API server of our own was asked. */
export interface AuditLog {
  /** Where the log stands now, for `audit`. */
  auditMark(): Promise<number>;
  /** Every request since a mark, or since the start, but for the testkit's own; kubectl's are there. */
  audit(since?: number): Promise<readonly AuditEvent[]>;
}

export function createAuditLog(file: string, access: ClusterAccess): AuditLog {
  /** All that was answered until now: a request of our own that the log has marks the place. */
  async function read(): Promise<readonly AuditEvent[]> {
    const mark = uniqueName('mark');
    await askCluster(access, 'GET', `/version?${mark}`);
    return eventually('the audit log has what was asked', () => {
      const events = parseAuditLog(readFileSync(file, 'utf8'));
      return events.some(({ uri }) => uri.endsWith(mark)) ? events : undefined;
    });
  }
  return {
    auditMark: async () => (await read()).length,
    audit: async (since = 0) =>
      (await read()).slice(since).filter(({ userAgent }) => userAgent !== testkitAgent),
  };
}
