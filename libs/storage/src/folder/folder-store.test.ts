import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '@ccd/reconcile/testing';
import { scratchDir } from '@ccd/testkit';
import { AccessDeniedError, ObjectKeyError, StorageUnavailableError } from '../errors.ts';
import { describeObjectStoreContract } from '../testing/index.ts';
import { createFolderStore } from './folder-store.ts';
import { toStorageError } from './fs-errors.ts';

const dir = scratchDir();
const bytes = (text: string) => Buffer.from(text);

async function emptyStore() {
  const root = await mkdtemp(join(dir, 'root-'));
  return { root, bucket: join(root, 'demo'), store: createFolderStore({ root, bucket: 'demo' }) };
}

describeObjectStoreContract('folder', async () => (await emptyStore()).store);

describe(createFolderStore, () => {
  it('keeps each object as a plain file below root and bucket, and nothing else', async () => {
    const { bucket, store } = await emptyStore();
    await store.put('a/b.jsonl', bytes('hello'));
    expect(readFileSync(join(bucket, 'a/b.jsonl'), 'utf8')).toBe('hello');
    expect(readdirSync(join(bucket, '.ccd-incoming'))).toEqual([]);
  });

  it('makes the root when it is missing', async () => {
    const { root } = await emptyStore();
    const store = createFolderStore({ root: join(root, 'not/yet'), bucket: 'demo' });
    await store.put('a', bytes('x'));
    expect(existsSync(join(root, 'not/yet/demo/a'))).toBe(true);
  });

  it.each(['put', 'get', 'head', 'remove'] as const)(
    '%s follows no symbolic link out of the root',
    async (operation) => {
      const { bucket, store, root } = await emptyStore();
      const outside = join(root, 'outside');
      mkdirSync(outside);
      mkdirSync(bucket);
      writeFileSync(join(outside, 'a'), 'secret');
      symlinkSync(outside, join(bucket, 'link'));
      const attempt = operation === 'put' ? store.put('link/a', bytes('x')) : store[operation]('link/a');
      await expect(attempt).rejects.toThrow(AccessDeniedError);
      expect(readFileSync(join(outside, 'a'), 'utf8')).toBe('secret');
    },
  );

  it('shows nothing of a file that a link leads to, and replaces the link, not the file', async () => {
    const { bucket, store, root } = await emptyStore();
    mkdirSync(bucket);
    writeFileSync(join(root, 'file'), 'secret');
    symlinkSync(join(root, 'file'), join(bucket, 'a'));
    symlinkSync(root, join(bucket, 'folder'));
    expect(await store.head('a')).toBeUndefined();
    const keys: string[] = [];
    for await (const { key } of store.list('')) keys.push(key);
    expect(keys).toEqual([]);
    await store.put('a', bytes('mine'));
    expect(readFileSync(join(root, 'file'), 'utf8')).toBe('secret');
    expect(readFileSync(join(bucket, 'a'), 'utf8')).toBe('mine');
  });

  it('refuses a bucket that is a link', async () => {
    const { bucket, store, root } = await emptyStore();
    mkdirSync(join(root, 'elsewhere'));
    symlinkSync(join(root, 'elsewhere'), bucket);
    await expect(store.put('a', bytes('x'))).rejects.toThrow(AccessDeniedError);
    expect(readdirSync(join(root, 'elsewhere'))).toEqual([]);
  });

  it('keeps keys away from the uploads under way', async () => {
    const { store } = await emptyStore();
    await expect(store.put('.ccd-incoming/a', bytes('x'))).rejects.toThrow(ObjectKeyError);
  });

  it('removes uploads that dead processes left, and leaves young ones', async () => {
    const clock = createFakeClock();
    const { root, bucket } = await emptyStore();
    const incoming = join(bucket, '.ccd-incoming');
    mkdirSync(incoming, { recursive: true });
    for (const [name, age] of [
      ['old', 25],
      ['young', 23],
    ] as const) {
      writeFileSync(join(incoming, name), 'half');
      const time = clock.now() / 1000 - age * 3_600;
      utimesSync(join(incoming, name), time, time);
    }
    await createFolderStore({ root, bucket: 'demo', clock }).put('a', bytes('x'));
    expect(readdirSync(incoming)).toEqual(['young']);
  });

  it('says that it cannot hold an object and objects below it', async () => {
    const { store } = await emptyStore();
    await store.put('a', bytes('x'));
    await store.put('b/c', bytes('x'));
    await expect(store.put('a/b', bytes('x'))).rejects.toThrow(ObjectKeyError);
    await expect(store.put('b', bytes('x'))).rejects.toThrow(ObjectKeyError);
    await expect(store.put('s'.repeat(300), bytes('x'))).rejects.toThrow(ObjectKeyError);
  });

  it('works as soon as what was in its way is gone', async () => {
    const { root } = await emptyStore();
    const path = join(root, 'blocked');
    writeFileSync(path, 'a file');
    const store = createFolderStore({ root: join(path, 'x'), bucket: 'demo' });
    await expect(store.put('a', bytes('x'))).rejects.toThrow(Error);
    rmSync(path);
    await expect(store.put('a', bytes('x'))).resolves.toEqual({ size: 1 });
  });
});

describe(toStorageError, () => {
  const failure = (code: string) => Object.assign(new Error(code), { code, syscall: 'open' });

  it.each([
    ['EACCES', AccessDeniedError],
    ['EPERM', AccessDeniedError],
    ['EROFS', AccessDeniedError],
    ['ENOSPC', StorageUnavailableError],
    ['EDQUOT', StorageUnavailableError],
    ['EIO', StorageUnavailableError],
    ['EMFILE', StorageUnavailableError],
    ['ENAMETOOLONG', ObjectKeyError],
  ])('says %s in the words of the port and keeps the cause', (code, type) => {
    const cause = failure(code);
    const error = toStorageError('a', cause);
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ cause });
  });

  it('leaves errors of other origin as they are', () => {
    const error = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    expect(toStorageError('a', error)).toBe(error);
  });
});
