import type * as jestGlobals from '@jest/globals';
import { ObjectExistsError, ObjectKeyError, ObjectNotFoundError } from '../errors.ts';
import type { ObjectStore } from '../port.ts';

// The globals of jest and not its module, which cannot be loaded outside a test: benches import this entry too.
declare const { afterEach, beforeEach, describe, expect, it }: typeof jestGlobals;

const bytes = (text: string): Uint8Array => Buffer.from(text);

async function* chunks(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield bytes(text);
}

async function all<T>(source: AsyncIterable<T>): Promise<readonly T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

async function read(store: ObjectStore, key: string): Promise<string> {
  return Buffer.concat(await all(await store.get(key))).toString();
}

const keysOf = async (store: ObjectStore, prefix: string): Promise<readonly string[]> =>
  (await all(store.list(prefix))).map(({ key }) => key);

/** What every object store must do. `connect` answers with an empty store each time. */
export function describeObjectStoreContract(name: string, connect: () => Promise<ObjectStore>): void {
  describe(`object store contract: ${name}`, () => {
    let store: ObjectStore;

    beforeEach(async () => {
      store = await connect();
    });
    afterEach(() => store.close());

    describe('put', () => {
      it.each([
        ['bytes', () => bytes('hello\n')],
        ['chunks', () => chunks('he', '', 'llo', '\n')],
      ])('publishes %s and answers with their number', async (_title, body) => {
        expect(await store.put('a/b c/ü.jsonl', body())).toEqual({ size: 6 });
        expect(await read(store, 'a/b c/ü.jsonl')).toBe('hello\n');
      });

      it('publishes an empty object', async () => {
        expect(await store.put('empty', bytes(''))).toEqual({ size: 0 });
        expect(await store.head('empty')).toEqual({ key: 'empty', size: 0 });
      });

      it('publishes names with colons and hyphens as exports have them', async () => {
        const key = 'x/2022-05-10T13:10:00-stream-4a35---0-1-2.jsonl';
        await store.put(key, bytes('1'));
        expect(await keysOf(store, 'x/')).toEqual([key]);
      });

      it('carries large objects whole', async () => {
        const part = 'x'.repeat(200_000);
        expect(await store.put('large', chunks(part, part, part))).toEqual({ size: 600_000 });
        expect((await read(store, 'large')).length).toBe(600_000);
      });

      it('replaces what stands there', async () => {
        await store.put('a', bytes('one'));
        await store.put('a', bytes('two'));
        expect(await read(store, 'a')).toBe('two');
      });

      it('publishes nothing when the body fails, and throws the error of the body', async () => {
        const broken = async function* () {
          yield bytes('half');
          throw new Error('source ended');
        };
        await store.put('a', bytes('before'));
        await expect(store.put('a', broken())).rejects.toThrow('source ended');
        expect(await read(store, 'a')).toBe('before');
        await expect(store.put('b', broken())).rejects.toThrow('source ended');
        expect(await keysOf(store, '')).toEqual(['a']);
      });

      it('publishes nothing when its signal aborts, even while the body gives nothing', async () => {
        const stop = new AbortController();
        const waiting = Promise.withResolvers<undefined>();
        const stuck = async function* () {
          yield bytes('half');
          waiting.resolve(undefined);
          await Promise.withResolvers<never>().promise;
        };
        const put = store.put('a', stuck(), { signal: stop.signal });
        await waiting.promise;
        stop.abort(new Error('no time left'));
        await expect(put).rejects.toThrow('no time left');
        await expect(store.put('a', bytes('x'), { signal: stop.signal })).rejects.toThrow('no time left');
        expect(await keysOf(store, '')).toEqual([]);
      });

      it('shows nothing of an object before it is whole', async () => {
        const [waiting, goOn] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
        const slow = async function* () {
          yield bytes('first');
          waiting.resolve(undefined);
          await goOn.promise;
          yield bytes('second');
        };
        const put = store.put('dir/a', slow());
        await waiting.promise;
        expect(await store.head('dir/a')).toBeUndefined();
        expect(await keysOf(store, '')).toEqual([]);
        goOn.resolve(undefined);
        await put;
        expect(await read(store, 'dir/a')).toBe('firstsecond');
      });
    });

    describe('put with ifAbsent', () => {
      it('publishes where nothing stands', async () => {
        await store.put('a', chunks('one'), { ifAbsent: true });
        expect(await read(store, 'a')).toBe('one');
      });

      it('succeeds where the same bytes stand: the attempt of a caller who lost the answer', async () => {
        const body = 'x'.repeat(300_000);
        await store.put('a', chunks(body), { ifAbsent: true });
        expect(await store.put('a', chunks(body), { ifAbsent: true })).toEqual({ size: 300_000 });
      });

      it.each([
        ['of another length', 'longer'],
        ['of the same length', 'two'],
      ])('refuses where other bytes stand, %s, and leaves them', async (_title, other) => {
        await store.put('a', bytes('one'));
        await expect(store.put('a', bytes(other), { ifAbsent: true })).rejects.toThrow(ObjectExistsError);
        expect(await read(store, 'a')).toBe('one');
      });

      it('lets exactly one of several that differ win', async () => {
        const results = await Promise.allSettled(
          ['a', 'b', 'c', 'd'].map((body) => store.put('race', bytes(body), { ifAbsent: true })),
        );
        const winners = results.flatMap(({ status }, index) =>
          status === 'fulfilled' ? ['abcd'[index]] : [],
        );
        expect(winners).toEqual([await read(store, 'race')]);
      });
    });

    describe('get and head', () => {
      it('know no object that was not put', async () => {
        await store.put('a/b', bytes('x'));
        expect(await store.head('a/c')).toBeUndefined();
        expect(await store.head('a')).toBeUndefined();
        await expect(store.get('a/c')).rejects.toThrow(ObjectNotFoundError);
        await expect(store.get('nowhere/at/all')).rejects.toThrow(ObjectNotFoundError);
      });
    });

    describe('remove', () => {
      it('removes one object, and an absent one is no error', async () => {
        await store.put('a/b', bytes('x'));
        await store.put('a/c', bytes('x'));
        await store.remove('a/b');
        await store.remove('a/b');
        await store.remove('never/there');
        await store.remove('a');
        expect(await keysOf(store, '')).toEqual(['a/c']);
      });
    });

    describe('list', () => {
      it('answers with the keys that begin with the prefix, in the order of their bytes, with sizes', async () => {
        for (const key of ['b', 'a/z', 'a.txt', 'a/b/c', 'a0', 'á', 'a/b.txt'])
          await store.put(key, bytes(key));
        expect(await keysOf(store, '')).toEqual(['a.txt', 'a/b.txt', 'a/b/c', 'a/z', 'a0', 'b', 'á']);
        expect(await keysOf(store, 'a/')).toEqual(['a/b.txt', 'a/b/c', 'a/z']);
        expect(await keysOf(store, 'a/b')).toEqual(['a/b.txt', 'a/b/c']);
        expect(await keysOf(store, 'a')).toHaveLength(5);
        expect(await keysOf(store, 'c')).toEqual([]);
        expect(await keysOf(store, 'x/y/')).toEqual([]);
        expect(await all(store.list('á'))).toEqual([{ key: 'á', size: 2 }]);
      });
    });

    it.each([
      '',
      '/a',
      'a/',
      'a//b',
      '../a',
      'a/../b',
      './a',
      'a\\b',
      'a\0b',
      'a/%2e%2e/b',
      'x'.repeat(1_025),
    ])('refuses the key %j everywhere', async (key) => {
      const body = bytes('x');
      await expect(store.put(key, body)).rejects.toThrow(ObjectKeyError);
      await expect(store.get(key)).rejects.toThrow(ObjectKeyError);
      await expect(store.head(key)).rejects.toThrow(ObjectKeyError);
      await expect(store.remove(key)).rejects.toThrow(ObjectKeyError);
    });

    it('refuses to list what lies outside', async () => {
      await expect(keysOf(store, '../')).rejects.toThrow(ObjectKeyError);
      await expect(keysOf(store, 'a/../../')).rejects.toThrow(ObjectKeyError);
    });
  });
}
