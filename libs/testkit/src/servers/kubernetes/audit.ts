import { z } from 'zod';

/** A request that an API server was sent, as its audit log has it. */
export interface AuditEvent {
  /** When it came in, in milliseconds since the epoch. */
  readonly at: number;
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; of other requests the HTTP method. */
  readonly verb: string;
  /**
   * As RBAC names it: `secrets`, `deployments.apps`, and `deployments.apps/status` for a subresource; undefined where
   * the request was for none, as `/version`.
   */
  readonly resource: string | undefined;
  readonly namespace: string | undefined;
  /** Undefined for lists, and where the server was to choose it. */
  readonly name: string | undefined;
  readonly uri: string;
  readonly user: string;
  /** Which of the user's tokens it was, `JTI=<id of the token>`; undefined where the API server has no name for it. */
  readonly credential: string | undefined;
  readonly userAgent: string;
  /** HTTP status of the answer; of a watch the one that it began with. */
  readonly code: number | undefined;
}

const lineSchema = z.object({
  auditID: z.string(),
  requestReceivedTimestamp: z.iso.datetime({ offset: true }),
  verb: z.string(),
  requestURI: z.string(),
  user: z.object({
    username: z.string(),
    extra: z.record(z.string(), z.array(z.string())).default({}),
  }),
  userAgent: z.string().default(''),
  objectRef: z
    .object({
      resource: z.string().optional(),
      apiGroup: z.string().optional(),
      subresource: z.string().optional(),
      namespace: z.string().optional(),
      name: z.string().optional(),
    })
    .optional(),
  responseStatus: z.object({ code: z.number().optional() }).optional(),
});

const writes = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** Whether a request was one that may change something; what is only rehearsed changes nothing. */
export function isWrite({ verb, uri }: AuditEvent): boolean {
  return writes.has(verb) && !/[?&]dryRun=All(?:&|$)/.test(uri);
}

/**
 * Reads an audit log of the level Metadata, a JSON object a line. A request is one event although a watch has a line
 * when it begins and another when it ends. A line that is still being written is not there yet.
 */
export function parseAuditLog(log: string): readonly AuditEvent[] {
  const events = new Map<string, AuditEvent>();
  for (const line of log.split('\n').slice(0, -1)) {
    const { auditID, requestReceivedTimestamp, verb, requestURI, user, userAgent, ...rest } =
      lineSchema.parse(JSON.parse(line));
    if (events.has(auditID)) continue;
    const { objectRef, responseStatus } = rest;
    events.set(auditID, {
      at: Date.parse(requestReceivedTimestamp),
      verb,
      resource: resourceOf(objectRef),
      namespace: objectRef?.namespace,
      name: objectRef?.name,
      uri: requestURI,
      user: user.username,
      credential: user.extra['authentication.kubernetes.io/credential-id']?.[0],
      userAgent,
      code: responseStatus?.code,
    });
  }
  return [...events.values()];
}

function resourceOf(ref: z.infer<typeof lineSchema>['objectRef']): string | undefined {
  if (ref?.resource === undefined) return undefined;
  const group = ref.apiGroup === undefined ? '' : `.${ref.apiGroup}`;
  const subresource = ref.subresource === undefined ? '' : `/${ref.subresource}`;
  return `${ref.resource}${group}${subresource}`;
}
