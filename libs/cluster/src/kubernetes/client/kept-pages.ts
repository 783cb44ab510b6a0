import { hash } from 'node:crypto';

/** One page of a list as it came: its head, and its items unless they are those of the list before. */
export interface Page {
  readonly metadata: unknown;
  readonly items: unknown;
  /** Of the bytes of the items; undefined where it is not known which they are. */
  readonly digest: string | undefined;
}

/** What one list was made of, page by page. Most of ten thousand objects have not changed since: they need not be parsed again. */
export interface KeptPages<T> {
  /** @returns the items that were made of the bytes of this digest at this place, if that was so in the list before */
  get(place: number, digest: string): readonly T[] | undefined;
  set(place: number, digest: string | undefined, items: readonly T[]): void;
  /** A list had so many pages, and was of this version. */
  end(places: number, version: string | undefined): void;
  /** The version of the last whole list. */
  version(): string | undefined;
}

export function createKeptPages<T>(): KeptPages<T> {
  let last: string | undefined;
  const pages: { readonly digest: string; readonly items: readonly T[] }[] = [];
  return {
    get(place, digest) {
      const page = pages[place];
      return page !== undefined && page.digest === digest ? page.items : undefined;
    },
    set(place, digest, items) {
      if (digest === undefined) pages.length = Math.min(pages.length, place);
      else pages[place] = { digest, items };
    },
    end(places, version) {
      pages.length = Math.min(pages.length, places);
      last = version;
    },
    version: () => last,
  };
}

const mark = '"items":[';
/** The API server writes the metadata of a list, which change from one to the next, before its items. */
const longestHead = 8_192;

/**
 * Reads a page, and its items unless `isKept` says that what was made of these bytes is at hand.
 * @throws SyntaxError for what is no JSON
 */
export function readPage(body: Buffer, isKept: (digest: string) => boolean): Page {
  const at = body.subarray(0, longestHead).indexOf(mark);
  const head = at < 0 ? undefined : toHead(body.toString('utf8', 0, at));
  if (head === undefined) return { ...toObject(JSON.parse(body.toString('utf8'))), digest: undefined };
  const digest = hash('sha256', body.subarray(at), 'base64url');
  if (isKept(digest)) return { metadata: head, items: undefined, digest };
  return { ...toObject(JSON.parse(body.toString('utf8'))), digest };
}

/** The metadata, where these are whole objects and nothing but the items can follow. */
function toHead(text: string): unknown {
  try {
    return toObject(JSON.parse(`${text}"items":[]}`)).metadata;
  } catch {
    return undefined;
  }
}

const toObject = (value: unknown): { readonly metadata: unknown; readonly items: unknown } =>
  typeof value === 'object' && value !== null
    ? {
        metadata: 'metadata' in value ? value.metadata : undefined,
        items: 'items' in value ? value.items : undefined,
      }
    : { metadata: undefined, items: undefined };
