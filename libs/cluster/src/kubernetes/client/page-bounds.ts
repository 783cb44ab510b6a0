import { ClusterUnavailableError } from '../../errors.ts';

/** A hundred thousand objects in one namespace: ten times as many as an agent is made for. */
const mostPages = 200;
/** The API server may answer with a page all of whose objects were filtered out, and does so seldom. */
const mostEmptyPages = 10;

/** Follows a list from page to page, for as long as it leads somewhere: a broken proxy may say for ever that another one follows. */
export interface PageBounds {
  /**
   * @param count the objects of the page that came
   * @returns what the page after it is asked for with; undefined after the last
   * @throws ClusterUnavailableError where the list does not end
   */
  next(count: number, token: string | undefined): string | undefined;
}

/** @param what is listed, for people */
export function createPageBounds(what: string): PageBounds {
  const tokens = new Set<string>();
  let empty = 0;
  return {
    next(count, token) {
      if (token === undefined || token === '') return undefined;
      empty = count === 0 ? empty + 1 : 0;
      if (tokens.has(token)) throw endless(what, 'a page follows that was there before');
      tokens.add(token);
      if (empty === mostEmptyPages) throw endless(what, `${empty} pages in a row are empty`);
      if (tokens.size === mostPages) throw endless(what, `another page follows ${tokens.size}`);
      return token;
    },
  };
}

const endless = (what: string, why: string): ClusterUnavailableError =>
  new ClusterUnavailableError(
    `the list of ${what} does not end: ${why}; look for a proxy before the API server`,
  );
