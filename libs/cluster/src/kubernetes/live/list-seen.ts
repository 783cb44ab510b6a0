import { z } from 'zod';
import type { SeenWorkload } from './seen-workload.ts';

const versionSchema = z.object({ metadata: z.object({ uid: z.string(), resourceVersion: z.string() }) });

/**
 * Lists objects and reads again only those whose version has changed since the list before; most of ten thousand have not.
 * @param seen what the last list showed, by uid; brought up to date
 */
export async function listSeen(
  seen: Map<string, SeenWorkload>,
  list: (project: (item: unknown) => SeenWorkload) => Promise<readonly SeenWorkload[]>,
  see: (item: unknown) => SeenWorkload,
): Promise<readonly SeenWorkload[]> {
  const all = await list((item) => {
    const { uid, resourceVersion } = versionSchema.parse(item).metadata;
    const before = seen.get(uid);
    return before?.resourceVersion === resourceVersion ? before : see(item);
  });
  for (const workload of all) seen.set(workload.live.uid, workload);
  return all;
}
