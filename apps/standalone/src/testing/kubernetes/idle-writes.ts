import type { ApiAnswer } from '@ccd/testkit/servers';
import { z } from 'zod';

const versionSchema = z.object({ metadata: z.object({ resourceVersion: z.string() }) });

/** Writes that were carried out and changed nothing. Leases are not meant. */
export interface IdleWrites {
  readonly onAnswer: (answer: ApiAnswer) => void;
  readonly found: readonly string[];
}

/**
 * A write that changes nothing leaves the version of its object as it was. What is repeated because its answer was lost is
 * not meant: nobody can know.
 */
export function watchIdleWrites(): IdleWrites {
  const versions = new Map<string, string>();
  const unheard = new Set<string>();
  const found: string[] = [];
  return {
    found,
    onAnswer({ request, code, body, arrived }) {
      const { verb, resource, name, uri } = request;
      if (name === undefined || resource === 'leases' || code >= 300 || verb === 'delete') return;
      // A rehearsal.
      if (uri.includes('dryRun=All')) return;
      const version = versionSchema.safeParse(JSON.parse(body.toString('utf8'))).data?.metadata
        .resourceVersion;
      if (version === undefined) return;
      const key = `${resource} ${name}`;
      const isChange = verb === 'patch' || verb === 'update';
      if (isChange && versions.get(key) === version && !unheard.has(key)) found.push(`${verb} ${uri}`);
      versions.set(key, version);
      if (isChange && !arrived) unheard.add(key);
      else if (isChange) unheard.delete(key);
    },
  };
}
