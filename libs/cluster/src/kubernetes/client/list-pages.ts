import { z } from 'zod';
import { ApiError } from './api-error.ts';
import { createKeptPages, readPage } from './kept-pages.ts';
import type { KeptPages, Page } from './kept-pages.ts';
import { createPageBounds } from './page-bounds.ts';

const pageSize = 500;
const mostAttempts = 3;

const pageSchema = z.object({
  metadata: z.object({ resourceVersion: z.string().exactOptional(), continue: z.string().exactOptional() }),
  items: z.array(z.unknown()).nullish(),
});

export interface PageQuery {
  readonly limit: number;
  readonly continue?: string;
}

/** Asks for a page, and has `decode` make of the body what it answers with. */
export type AskForPage = (query: PageQuery, decode: (body: Buffer) => Page) => Promise<unknown>;

/**
 * The whole of a list, page by page; of each object only what `project` keeps is held. A list that grew too old between
 * two pages (410) begins anew, since the rest of it would be of another moment than its beginning.
 * @param what is listed, for people
 * @param kept of the list before this one, with the same `project`
 * @throws what `ask` throws, ZodError where an answer is no list, ClusterUnavailableError where it does not end
 */
export async function listPages<T>(
  what: string,
  ask: AskForPage,
  project: (item: unknown) => T,
  kept: KeptPages<T> = createKeptPages(),
): Promise<readonly T[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await listOnce(what, ask, project, kept);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 410 || attempt === mostAttempts) throw error;
    }
  }
}

async function listOnce<T>(
  what: string,
  ask: AskForPage,
  project: (item: unknown) => T,
  kept: KeptPages<T>,
): Promise<readonly T[]> {
  const all: (readonly T[])[] = [];
  const bounds = createPageBounds(what);
  let token: string | undefined;
  let version: string | undefined;
  do {
    const place = all.length;
    // Held from the moment of the comparison on: another list of the same may end meanwhile.
    let known: readonly T[] | undefined;
    let digest: string | undefined;
    const answer = await ask({ limit: pageSize, ...(token !== undefined && { continue: token }) }, (body) => {
      const read = readPage(body, (of) => (known = kept.get(place, of)) !== undefined);
      ({ digest } = read);
      return read;
    });
    const page = pageSchema.parse(answer);
    const items = known ?? (page.items ?? []).map(project);
    kept.set(place, digest, items);
    all.push(items);
    version ??= page.metadata.resourceVersion;
    token = bounds.next(items.length, page.metadata.continue);
  } while (token !== undefined);
  kept.end(all.length, version);
  return all.flat();
}
