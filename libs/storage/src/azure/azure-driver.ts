import { createHash } from 'node:crypto';
import { ObjectKeyError, ObjectNotFoundError, StorageUnavailableError } from '../errors.ts';
import type { ObjectInfo } from '../port.ts';
import { readAnswer, readText } from '../remote/http-client.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from '../remote/http-client.ts';
import { toPortError } from '../remote/service-errors.ts';
import type { Outcome, PutRequest, StoreDriver, Upload } from '../remote/store-driver.ts';
import type { Authoriser } from './azure-credentials.ts';
import { parseBlobPage } from './blob-page.ts';

export interface AzureDriverOptions {
  readonly http: HttpClient;
  readonly authoriser: Authoriser;
  /** URL of the container, without a slash at the end. */
  readonly container: string;
  readonly partBytes: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly close: () => void;
}

/** Of the service; what it answers follows it. */
const version = '2021-12-02';

/** A container of Azure Blob Storage through its REST API, with block blobs. */
export function createAzureDriver(options: AzureDriverOptions): StoreDriver {
  const { http, authoriser, container, partBytes, now, close } = options;

  const ask = async (key: string, request: HttpRequest): Promise<HttpAnswer> => {
    const own = { 'x-ms-version': version, 'x-ms-date': new Date(now()).toUTCString() };
    const headers = { ...request.headers, ...own };
    const answer = await http.send(key, await authoriser.authorise({ ...request, headers }));
    if (answer.status === 401) authoriser.refused();
    return answer;
  };
  const blobUrl = (key: string, query: Readonly<Record<string, string>> = {}): URL => {
    // The service drops such dots, and then it is another object's name.
    if (/\.(?:\/|$)/.test(key)) throw new ObjectKeyError('Azure has no names with a dot at the end');
    return urlOf(`${container}/${key.split('/').map(encodeURIComponent).join('/')}`, query);
  };

  return {
    partBytes,
    ifAbsentIsHonoured: true,

    async putWhole(request, bytes) {
      const answer = await ask(request.key, {
        ...{ method: 'PUT', url: blobUrl(request.key), body: bytes },
        headers: {
          'content-type': request.contentType,
          'content-md5': md5(bytes),
          'x-ms-blob-type': 'BlockBlob',
          ...conditionOf(request),
        },
        ...signalOf(request),
      });
      return outcomeOf(request, answer);
    },

    async beginUpload(request): Promise<Upload> {
      const { key } = request;
      const whole = createHash('md5');
      const ids: string[] = [];
      return {
        async add(bytes) {
          const id = toBlockId(ids.length, bytes);
          const answer = await ask(key, {
            ...{ method: 'PUT', url: blobUrl(key, { comp: 'block', blockid: id }), body: bytes },
            headers: { 'content-md5': md5(bytes) },
            ...signalOf(request),
          });
          await expectStatus(key, answer, 201);
          whole.update(bytes);
          ids.push(id);
        },
        async complete() {
          const body = Buffer.from(
            `<?xml version="1.0" encoding="utf-8"?><BlockList>${ids.map((id) => `<Latest>${id}</Latest>`).join('')}</BlockList>`,
          );
          const answer = await ask(key, {
            ...{ method: 'PUT', url: blobUrl(key, { comp: 'blocklist' }), body },
            headers: {
              'content-md5': md5(body),
              'content-type': 'application/xml',
              'x-ms-blob-content-type': request.contentType,
              'x-ms-blob-content-md5': whole.digest('base64'),
              ...conditionOf(request),
            },
            ...signalOf(request),
          });
          return outcomeOf(request, answer);
        },
      };
    },

    // No request ends an upload. Blocks that belong to no object are gone with the next one under their key, or after a
    // week; the same bytes sent again are the same block.
    discardUploads: async () => {},

    async get(key) {
      const answer = await ask(key, { method: 'GET', url: blobUrl(key) });
      if (isMissing(answer) || isFolder(answer)) {
        answer.body.resume();
        throw new ObjectNotFoundError(key);
      }
      await expectStatus(key, answer, 200);
      return verified(key, answer);
    },

    async head(key): Promise<ObjectInfo | undefined> {
      const answer = await ask(key, { method: 'HEAD', url: blobUrl(key) });
      answer.body.resume();
      if (isMissing(answer) || isFolder(answer)) return undefined;
      await expectStatus(key, answer, 200);
      return { key, size: Number(answer.headers['content-length'] ?? 0) };
    },

    async remove(key) {
      const answer = await ask(key, {
        ...{ method: 'DELETE', url: blobUrl(key), headers: { 'x-ms-delete-snapshots': 'include' } },
      });
      answer.body.resume();
      if (!isMissing(answer)) await expectStatus(key, answer, 202);
    },

    async *list(prefix) {
      let marker: string | undefined;
      do {
        const answer = await ask(prefix, {
          method: 'GET',
          url: urlOf(container, {
            ...{ restype: 'container', comp: 'list', prefix, maxresults: '1000' },
            ...(marker !== undefined && { marker }),
          }),
        });
        if (answer.status !== 200) await expectStatus(prefix, answer, 200);
        const page = parseBlobPage(await readText(prefix, answer));
        if (page === undefined) {
          throw new StorageUnavailableError(prefix, 'its answer is not of the form that is known');
        }
        yield* page.blobs;
        marker = page.marker;
      } while (marker !== undefined);
    },
    close,
  };
}

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('base64');

/**
 * The place of a block and what it holds: two uploads of a key at once cannot take each other's blocks for their own.
 * All ids of a blob have one length, which is the service's rule.
 */
function toBlockId(index: number, bytes: Uint8Array): string {
  const place = Buffer.alloc(4);
  place.writeUInt32BE(index);
  return Buffer.concat([place, createHash('sha256').update(bytes).digest()]).toString('base64');
}

const conditionOf = ({ ifAbsent }: PutRequest) => (ifAbsent ? { 'if-none-match': '*' } : {});
const signalOf = ({ signal }: PutRequest) => (signal ? { signal } : {});

function urlOf(base: string, query: Readonly<Record<string, string>>): URL {
  const url = new URL(base);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

/** The service's word for what went wrong; answers to HEAD have it as well. */
function codeOf({ headers }: HttpAnswer): string | undefined {
  const code = headers['x-ms-error-code'];
  return typeof code === 'string' ? code : undefined;
}

/** The object is missing, and not its container. */
const isMissing = (answer: HttpAnswer): boolean => answer.status === 404 && codeOf(answer) === 'BlobNotFound';

/** With a hierarchical namespace folders answer as empty objects. */
const isFolder = ({ headers }: HttpAnswer): boolean => headers['x-ms-meta-hdi_isfolder'] === 'true';

/** How the service says that an object stands there: also who may create and not overwrite is told so. */
const existsCodes = new Set(['BlobAlreadyExists', 'ConditionNotMet', 'UnauthorizedBlobOverwrite']);

async function outcomeOf({ key, ifAbsent }: PutRequest, answer: HttpAnswer): Promise<Outcome> {
  answer.body.resume();
  const code = codeOf(answer) ?? '';
  if (ifAbsent && existsCodes.has(code)) return 'exists';
  // An attempt whose answer was lost, or another writer, made an object of the key.
  if (code === 'InvalidBlockList') return 'unknown';
  await expectStatus(key, answer, 201);
  return 'published';
}

async function expectStatus(key: string, answer: HttpAnswer, status: number): Promise<void> {
  if (answer.status === status) return;
  answer.body.resume();
  const code = codeOf(answer);
  throw toPortError(key, { status: answer.status, ...(code !== undefined && { code }) });
}

/** The bytes of an object; ends with an error where they are not those that were stored. */
async function* verified(key: string, answer: HttpAnswer): AsyncGenerator<Uint8Array> {
  const expected = answer.headers['content-md5'];
  const hash = createHash('md5');
  for await (const chunk of readAnswer(key, answer)) {
    hash.update(chunk);
    yield chunk;
  }
  if (expected !== undefined && hash.digest('base64') !== expected) {
    throw new StorageUnavailableError(key, 'what it sent is not what was stored');
  }
}
