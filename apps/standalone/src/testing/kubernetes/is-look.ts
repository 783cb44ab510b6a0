import type { AuditEvent } from '@ccd/testkit/servers';

/** An agent reads its inventory once in each look at the cluster, whether or not it has to ask for lists. */
export const isLook = ({ verb, resource, name }: Pick<AuditEvent, 'verb' | 'resource' | 'name'>): boolean =>
  verb === 'get' && resource === 'configmaps' && name?.endsWith('-inventory') === true;
