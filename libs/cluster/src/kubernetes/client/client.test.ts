import { describe, expect, it } from '@jest/globals';
import {
  AlreadyExistsError,
  ClusterUnavailableError,
  ConflictError,
  DeniedError,
  InvalidSpecError,
} from '../../errors.ts';
import { ApiError, NoAnswerError } from './api-error.ts';
import { toPortError } from './classify.ts';
import { listPages } from './list-pages.ts';
import type { PageQuery } from './list-pages.ts';
import { configMaps, deployments, toPath, toSelector } from './resources.ts';
import { pauseAfter } from './retry.ts';
import { upgradeFields } from './upgrade-fields.ts';

const status = (reason: string, message = '', details = {}) =>
  JSON.stringify({ kind: 'Status', reason, message, details });
const secret = { kind: 'secret', name: 's' } as const;

describe(toPortError, () => {
  it.each([
    [
      'a name that is taken',
      new ApiError(409, status('AlreadyExists')),
      AlreadyExistsError,
      's exists already',
    ],
    ['another object', new ApiError(409, status('Conflict')), ConflictError, 'no longer the one'],
    [
      'an object that is gone',
      new ApiError(404, status('NotFound', 'secrets "s" not found')),
      ConflictError,
      '',
    ],
    ['no answer', new NoAnswerError('too slow'), ClusterUnavailableError, 'too slow'],
    ['a broken server', new ApiError(500, 'oops'), ClusterUnavailableError, 'answered 500'],
    [
      'a server that does not know us',
      new ApiError(401, status('Unauthorized')),
      ClusterUnavailableError,
      'token',
    ],
    ['what is too large', new ApiError(413, ''), InvalidSpecError, 'too large'],
    [
      'fields with faults, without their values',
      new ApiError(
        422,
        status('Invalid', 'Invalid value: "hunter2"', {
          causes: [{ field: 'data[x]', reason: 'FieldValueInvalid' }],
        }),
      ),
      InvalidSpecError,
      'data[x] (FieldValueInvalid)',
    ],
    [
      'a quota',
      new ApiError(403, status('Forbidden', 'secrets "s" is forbidden: exceeded quota: small, requested: x')),
      DeniedError,
      'raise it (small)',
    ],
    [
      'a policy',
      new ApiError(
        422,
        status(
          'Invalid',
          "ValidatingAdmissionPolicy 'images' with binding 'b' denied request: expression is false",
        ),
      ),
      DeniedError,
      'the admission policy images refuses it',
    ],
    [
      'a webhook',
      new ApiError(400, status('', 'admission webhook "w.example" denied the request: no')),
      DeniedError,
      'w.example',
    ],
    [
      'a role',
      new ApiError(
        403,
        status('Forbidden', 'secrets is forbidden: User "u" cannot create resource "secrets"'),
      ),
      DeniedError,
      'Role',
    ],
    [
      'a namespace that is going',
      new ApiError(403, status('Forbidden', '', { causes: [{ reason: 'NamespaceTerminating' }] })),
      DeniedError,
      'being deleted',
    ],
    [
      'a namespace that is gone',
      new ApiError(404, status('NotFound', 'namespaces "n" not found')),
      DeniedError,
      'KUBERNETES_NAMESPACE',
    ],
  ])('has a word for %s', (_title, error, type, message) => {
    const result = toPortError(error, secret);
    expect(result).toBeInstanceOf(type);
    expect((result as Error).message).toContain(message);
    expect((result as Error).message).not.toContain('hunter2');
  });

  it('passes on how long the API server asked to be left alone', () => {
    expect(toPortError(new ApiError(429, '', '60'), secret)).toMatchObject({ retryAfterMs: 60_000 });
  });

  it('leaves errors of others alone', () => {
    const error = new Error('other');
    expect(toPortError(error, secret)).toBe(error);
  });
});

describe(pauseAfter, () => {
  it.each([
    ['no answer', new NoAnswerError('x'), 100],
    ['too many requests', new ApiError(429, '', '3'), 3_000],
    [
      'too many requests, said in the body',
      new ApiError(429, status('', '', { retryAfterSeconds: 2 })),
      2_000,
    ],
    ['a broken server', new ApiError(500, ''), 100],
    ['a token that may have been replaced', new ApiError(401, ''), 0],
    ['what the server does not do', new ApiError(501, ''), undefined],
    ['a conflict', new ApiError(409, ''), undefined],
    ['an error of ours', new Error('x'), undefined],
  ])('after %s', (_title, error, ms) => {
    expect(pauseAfter(error, 1, 1)).toBe(ms);
  });

  it('grows, up to a limit, and asks for a new token once', () => {
    expect(pauseAfter(new ApiError(503, ''), 3, 1)).toBe(400);
    expect(pauseAfter(new ApiError(503, ''), 30, 1)).toBe(5_000);
    expect(pauseAfter(new ApiError(401, ''), 2, 1)).toBeUndefined();
  });
});

describe(listPages, () => {
  const page = (items: readonly number[], token?: string) => ({
    metadata: { ...(token !== undefined && { continue: token }) },
    items,
  });
  const gone = new ApiError(410, status('Expired'));

  async function listed(answers: readonly unknown[]) {
    const asked: PageQuery[] = [];
    const rest = [...answers];
    const all = await listPages(
      'configmaps',
      async (query) => {
        asked.push(query);
        const answer = rest.shift();
        if (answer instanceof Error) throw answer;
        return answer;
      },
      (item) => item,
    );
    return { all, asked };
  }

  it('goes on until no page follows', async () => {
    const { all, asked } = await listed([page([1, 2], 'next'), page([3], '')]);
    expect(all).toEqual([1, 2, 3]);
    expect(asked.map((query) => query.continue)).toEqual([undefined, 'next']);
  });

  it('begins anew where the rest has grown too old, and keeps nothing of the beginning', async () => {
    expect((await listed([page([1], 'next'), gone, page([4], 'x'), page([5])])).all).toEqual([4, 5]);
  });

  it('gives up on a list that always does', async () => {
    await expect(listed([gone, gone, gone, page([1])])).rejects.toBe(gone);
  });

  it.each([
    ['a page that fails', [page([1], 'next'), new ApiError(500, '')]],
    ['what is no list', [{ kind: 'Status' }]],
    ['a page without its metadata', [page([1], 'next'), { items: [2] }]],
  ])('never answers with a part: %s', async (_title, answers) => {
    await expect(listed(answers)).rejects.toThrow();
  });

  /** Answers for ever. */
  async function endless(pageAt: (count: number) => unknown) {
    let asked = 0;
    const listing = listPages(
      'configmaps',
      () => {
        asked += 1;
        if (asked > 5_000) throw new Error('it would ask for ever');
        return Promise.resolve(pageAt(asked));
      },
      (item) => item,
    );
    const message = await listing.then(
      () => 'it ended',
      (error: unknown) => (error instanceof ClusterUnavailableError ? error.message : String(error)),
    );
    return { message, asked };
  }

  it.each<[string, (count: number) => unknown, number]>([
    ['a page that says that it follows itself', () => page([1], 'same'), 2],
    ['pages without objects', (count) => page([], `t${count}`), 10],
    ['pages of objects', (count) => page([count], `t${count}`), 200],
    ['two pages that follow each other', (count) => page([count], `t${count % 2}`), 3],
  ])('gives up on a list that never ends: %s', async (_title, pageAt, expected) => {
    const { message, asked } = await endless(pageAt);
    expect(message).toMatch(/^the list of configmaps does not end/);
    expect(asked).toBe(expected);
  });

  it('passes over pages whose objects were all filtered out', async () => {
    const empty = (token: string) => Array.from({ length: 9 }, (_none, at) => page([], `${token}${at}`));
    expect((await listed([...empty('a'), page([1], 'x'), ...empty('b'), page([2])])).all).toEqual([1, 2]);
  });

  it('takes no items for an empty list', async () => {
    expect((await listed([{ metadata: {}, items: null }])).all).toEqual([]);
  });
});

describe(upgradeFields, () => {
  const entry = (
    manager: string,
    operation: string,
    fieldsV1: Record<string, unknown>,
    subresource?: string,
  ) => ({
    ...{ manager, operation, fieldsV1, apiVersion: 'v1' },
    ...(subresource !== undefined && { subresource }),
  });

  it('makes an application of a creation', () => {
    expect(
      upgradeFields([entry('us', 'Update', { a: {} }), entry('them', 'Update', { b: {} })], 'us'),
    ).toEqual([entry('them', 'Update', { b: {} }), entry('us', 'Apply', { a: {} })]);
  });

  it('joins it with what was applied since', () => {
    const managed = [entry('us', 'Update', { a: { x: {} } }), entry('us', 'Apply', { a: { y: {} }, c: {} })];
    expect(upgradeFields(managed, 'us')).toEqual([entry('us', 'Apply', { a: { x: {}, y: {} }, c: {} })]);
  });

  it.each([
    ['what was applied already', [entry('us', 'Apply', { a: {} })]],
    ['the status', [entry('us', 'Update', { a: {} }, 'status')]],
    ['what others made', [entry('them', 'Update', { a: {} })]],
  ])('leaves %s alone', (_title, managed) => {
    expect(upgradeFields(managed, 'us')).toBeUndefined();
  });
});

it('builds paths that names cannot leave', () => {
  expect(toPath(deployments, 'n', 'a/../b', { limit: 5, continue: undefined })).toBe(
    '/apis/apps/v1/namespaces/n/deployments/a%2F..%2Fb?limit=5',
  );
  expect(toPath(configMaps, 'n', undefined, { labelSelector: 'a=b' })).toBe(
    '/api/v1/namespaces/n/configmaps?labelSelector=a%3Db',
  );
  expect(toSelector({ a: '1', b: '2' })).toBe('a=1,b=2');
  expect(toSelector({})).toBeUndefined();
});
