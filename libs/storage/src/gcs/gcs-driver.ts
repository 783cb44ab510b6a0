import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ObjectNotFoundError, StorageUnavailableError } from '../errors.ts';
import type { ObjectInfo } from '../port.ts';
import type { KeptToken } from '../remote/access-token.ts';
import { NoAnswerError, inWordsOfPort, readAnswer, readJson } from '../remote/http-client.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from '../remote/http-client.ts';
import { toPortError } from '../remote/service-errors.ts';
import type { Outcome, PutRequest, StoreDriver, Upload } from '../remote/store-driver.ts';

export interface GcsDriverOptions {
  readonly http: HttpClient;
  readonly token: KeptToken;
  readonly bucket: string;
  /** Origin of the API. */
  readonly api: string;
  /** A multiple of 256 KiB, which is Google's rule. */
  readonly partBytes: number;
  readonly attempts: number;
  readonly close: () => void;
}

const pageSchema = z.object({
  items: z.array(z.object({ name: z.string(), size: z.coerce.number() })).default([]),
  nextPageToken: z.string().optional(),
});
const objectSchema = z.object({ size: z.coerce.number() });

/** What the JSON API of Cloud Storage answers where the rest of a resumable upload is due. */
const resumeIncomplete = 308;

/** A bucket of Google Cloud Storage through its JSON API. The client library would bring a second stack of HTTP and login. */
export function createGcsDriver(options: GcsDriverOptions): StoreDriver {
  const { http, token, bucket, api, partBytes, close } = options;
  const objects = `/storage/v1/b/${encodeURIComponent(bucket)}/o`;
  const objectUrl = (key: string, query: Readonly<Record<string, string>> = {}): URL =>
    urlOf(api, `${objects}/${encodeURIComponent(key)}`, query);
  const sessions = new Map<string, URL>();

  const authorised = async (request: HttpRequest): Promise<HttpRequest> => ({
    ...request,
    headers: { ...request.headers, authorization: `Bearer ${await token.get()}` },
  });
  const ask = async (key: string, request: HttpRequest): Promise<HttpAnswer> => {
    const answer = await http.send(key, await authorised(request));
    if (answer.status === 401) token.drop();
    return answer;
  };

  const startUpload = async ({ key, contentType, ifAbsent, signal }: PutRequest): Promise<URL> => {
    const answer = await ask(key, {
      method: 'POST',
      url: urlOf(api, `/upload${objects}`, { uploadType: 'resumable', name: key, ...conditionOf(ifAbsent) }),
      headers: { 'content-type': 'application/json', 'x-upload-content-type': contentType },
      body: Buffer.from(JSON.stringify({ name: key, contentType })),
      ...(signal && { signal }),
    });
    await expectStatus(key, answer, 200);
    const session = URL.parse(answer.headers.location ?? '');
    // Where the bytes go is not for an answer to choose.
    if (session?.origin !== new URL(api).origin)
      throw new StorageUnavailableError(key, 'it named no upload of its own');
    return session;
  };

  return {
    partBytes,
    ifAbsentIsHonoured: true,

    async putWhole({ key, contentType, ifAbsent, signal }, bytes) {
      const boundary = 'part-of-an-upload';
      const metadata = {
        name: key,
        contentType,
        // The store refuses a body that does not have it.
        md5Hash: createHash('md5').update(bytes).digest('base64'),
      };
      const answer = await ask(key, {
        method: 'POST',
        url: urlOf(api, `/upload${objects}`, { uploadType: 'multipart', ...conditionOf(ifAbsent) }),
        headers: { 'content-type': `multipart/related; boundary=${boundary}` },
        body: Buffer.concat([
          Buffer.from(
            `--${boundary}\r\ncontent-type: application/json\r\n\r\n${JSON.stringify(metadata)}\r\n` +
              `--${boundary}\r\ncontent-type: ${contentType}\r\n\r\n`,
          ),
          bytes,
          Buffer.from(`\r\n--${boundary}--\r\n`),
        ]),
        ...(signal && { signal }),
      });
      return outcomeOf(key, answer);
    },

    async beginUpload(request): Promise<Upload> {
      const { key, signal } = request;
      const session = await startUpload(request);
      sessions.set(key, session);
      let sent = 0;
      let outcome: Outcome | undefined;
      return {
        async add(bytes, last) {
          const start = sent;
          sent += bytes.length;
          const answer = await sendPart(options, key, {
            session,
            bytes,
            start,
            last,
            ...(signal && { signal }),
          });
          if (answer === 'stored') return;
          outcome = await outcomeOf(key, answer);
        },
        async complete() {
          if (outcome === 'published') sessions.delete(key);
          return outcome ?? 'unknown';
        },
      };
    },

    async discardUploads(key) {
      const session = sessions.get(key);
      sessions.delete(key);
      if (session === undefined) return;
      // An upload that cannot be ended now shows nothing, and the store drops it after a week.
      await ask(key, { method: 'DELETE', url: session }).then(
        ({ body }) => body.resume(),
        () => undefined,
      );
    },

    async get(key) {
      const answer = await ask(key, { method: 'GET', url: objectUrl(key, { alt: 'media' }) });
      if (answer.status === 404) {
        answer.body.resume();
        throw new ObjectNotFoundError(key);
      }
      await expectStatus(key, answer, 200);
      return readAnswer(key, answer);
    },

    async head(key): Promise<ObjectInfo | undefined> {
      const answer = await ask(key, { method: 'GET', url: objectUrl(key, { fields: 'size' }) });
      const body = await readJson(key, answer);
      if (answer.status === 404) return undefined;
      await expectStatus(key, answer, 200);
      return { key, ...checked(key, objectSchema, body) };
    },

    async remove(key) {
      const answer = await ask(key, { method: 'DELETE', url: objectUrl(key) });
      answer.body.resume();
      if (answer.status !== 404) await expectStatus(key, answer, 200, 204);
    },

    async *list(prefix) {
      let pageToken: string | undefined;
      do {
        const answer = await ask(prefix, {
          method: 'GET',
          url: urlOf(api, objects, {
            ...{ prefix, fields: 'items(name,size),nextPageToken' },
            ...(pageToken !== undefined && { pageToken }),
          }),
        });
        const body = await readJson(prefix, answer);
        await expectStatus(prefix, answer, 200);
        const page = checked(prefix, pageSchema, body);
        for (const { name, size } of page.items) yield { key: name, size };
        pageToken = page.nextPageToken;
      } while (pageToken !== undefined);
    },
    close,
  };
}

interface PartToSend {
  readonly session: URL;
  readonly bytes: Buffer;
  /** Where the part begins in the object. */
  readonly start: number;
  readonly last: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Sends a part of a resumable upload. After an answer that was lost or bad the store is asked how much it has, and the
 * rest is sent: a part is never there twice. The session's own URL is what authorises.
 */
async function sendPart(
  { http, attempts }: Pick<GcsDriverOptions, 'http' | 'attempts'>,
  key: string,
  { session, bytes, start, last, signal }: PartToSend,
): Promise<'stored' | HttpAnswer> {
  const end = start + bytes.length;
  let from = start;
  for (let attempt = 1; ; attempt += 1) {
    const range = from === end ? `bytes */${end}` : `bytes ${from}-${end - 1}/${last ? end : '*'}`;
    try {
      const answer = await http.sendOnce(key, {
        ...{ method: 'PUT', url: session, headers: { 'content-range': range } },
        body: bytes.subarray(from - start),
        ...(signal && { signal }),
      });
      if (answer.status < 500 && answer.status !== resumeIncomplete) return answer;
      answer.body.resume();
      if (answer.status === resumeIncomplete) {
        const has = storedBytes(answer);
        if (has >= end && !last) return 'stored';
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof NoAnswerError)) throw error;
      if (attempt >= attempts) throw inWordsOfPort(key, error);
    }
    if (attempt >= attempts) throw new StorageUnavailableError(key, 'it takes no more of an upload');
    const state = await http.send(key, {
      ...{ method: 'PUT', url: session, headers: { 'content-range': 'bytes */*' } },
      ...(signal && { signal }),
    });
    if (state.status !== resumeIncomplete) return state;
    state.body.resume();
    from = storedBytes(state);
    if (from >= end && !last) return 'stored';
    if (from < start || from > end) throw new StorageUnavailableError(key, 'it lost a part of an upload');
  }
}

/** How much of an upload is stored, by the header Range of a 308; without one it is nothing. */
const storedBytes = ({ headers }: HttpAnswer): number => {
  const match = /^bytes=0-(\d+)$/.exec(headers.range ?? '');
  return match === null ? 0 : Number(match[1]) + 1;
};

const conditionOf = (ifAbsent: boolean): Readonly<Record<string, string>> =>
  ifAbsent ? { ifGenerationMatch: '0' } : {};

function urlOf(api: string, path: string, query: Readonly<Record<string, string>>): URL {
  const url = new URL(path, api);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

async function outcomeOf(key: string, answer: HttpAnswer): Promise<Outcome> {
  answer.body.resume();
  if (answer.status === 412) return 'exists';
  if (answer.status === 410) return 'unknown';
  await expectStatus(key, answer, 200, 201);
  return 'published';
}

async function expectStatus(
  key: string,
  { status, body }: HttpAnswer,
  ...statuses: readonly number[]
): Promise<void> {
  if (statuses.includes(status)) return;
  body.resume();
  // Of an object that is not there its callers know; what is missing else is the bucket.
  throw toPortError(key, status === 404 ? { status, code: 'NoSuchBucket' } : { status });
}

function checked<T>(key: string, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new StorageUnavailableError(key, 'its answer is not of the form that is known');
  return parsed.data;
}
