import type { AuditEvent } from '@ccd/testkit/servers';
import { isWrite } from '@ccd/testkit/servers';

const resources = new Set(['deployments.apps', 'secrets', 'configmaps']);
const agent = 'ccd-agent';

/** A rehearsal writes nothing. */
const isWriteOfAgent = (event: AuditEvent): boolean =>
  isWrite(event) && event.userAgent === agent && !event.uri.includes('dryRun=All');

/** Writes of agents that the API server has carried out, but for renewals of Leases. */
export const writesOf = (events: readonly AuditEvent[]): readonly AuditEvent[] =>
  events.filter(
    (event) =>
      isWriteOfAgent(event) && event.resource !== 'leases.coordination.k8s.io' && (event.code ?? 500) < 300,
  );

export const toText = ({ verb, resource, name, code }: AuditEvent): string =>
  `${verb} ${resource ?? ''} ${name ?? ''} ${code ?? ''}`;

/**
 * What agents have written that they should not have: something made twice, something removed that is to stay, and anything
 * at all, also in vain, that concerns an object of somebody else.
 */
export function checkWrites(
  events: readonly AuditEvent[],
  { kept, foreign }: { readonly kept: readonly string[]; readonly foreign: readonly string[] },
): readonly string[] {
  const problems: string[] = [];
  const living = new Set<string>();
  for (const event of events.filter(isWriteOfAgent)) {
    const { verb, resource = '', name = '' } = event;
    if (foreign.includes(name) || verb === 'deletecollection') problems.push(`touched: ${toText(event)}`);
    if (!resources.has(resource) || (event.code ?? 500) >= 300) continue;
    const key = `${resource} ${name}`;
    if (verb === 'create') {
      if (living.has(key)) problems.push(`made twice: ${key}`);
      living.add(key);
    }
    if (verb === 'delete') {
      if (kept.includes(name)) problems.push(`removed: ${key}`);
      living.delete(key);
    }
  }
  return problems;
}
