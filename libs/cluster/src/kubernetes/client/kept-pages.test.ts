import { describe, expect, it } from '@jest/globals';
import { createKeptPages } from './kept-pages.ts';
import { listPages } from './list-pages.ts';

interface Item {
  readonly name: string;
}
let version = 0;
/** As an API server writes it: what changes with each list comes first. */
const pageOf = (names: readonly string[], token = ''): string =>
  `{"kind":"List","metadata":{"resourceVersion":"${(version += 1)}","continue":"${token}"},` +
  `"items":[${names.map((name) => JSON.stringify({ name })).join(',')}]}\n`;

function agent() {
  const kept = createKeptPages<string>();
  const read: string[] = [];
  const list = (...pages: readonly string[]): Promise<readonly string[]> => {
    const rest = [...pages];
    return listPages(
      'configmaps',
      async (_query, decode) => decode(Buffer.from(rest.shift() ?? '')),
      (item) => {
        const { name } = item as Item;
        read.push(name);
        return name;
      },
      kept,
    );
  };
  return { read, list };
}

describe(createKeptPages, () => {
  it('spares a list what the list before has read, although each has another version and other tokens', async () => {
    const { list, read } = agent();
    for (let time = 0; time < 3; time += 1)
      expect(await list(pageOf(['a', 'b'], `t${time}`), pageOf(['c']))).toEqual(['a', 'b', 'c']);
    expect(read).toEqual(['a', 'b', 'c']);
  });

  it('reads what has changed, moved on, come or gone', async () => {
    const { list, read } = agent();
    await list(pageOf(['a', 'b'], 't'), pageOf(['c']));
    expect(await list(pageOf(['a', 'b'], 't'), pageOf(['d']))).toEqual(['a', 'b', 'd']);
    expect(await list(pageOf(['b', 'd']))).toEqual(['b', 'd']);
    expect(await list(pageOf(['b', 'd'], 't'), pageOf(['d']))).toEqual(['b', 'd', 'd']);
    expect(await list(pageOf([]))).toEqual([]);
    expect(read).toEqual(['a', 'b', 'c', 'd', 'b', 'd', 'd']);
  });

  it.each([
    ['has its items first', (page: string) => page.replace(/^\{(.*?),("items".*)\}\n$/, '{$2,$1}')],
    ['is written with spaces', (page: string) => JSON.stringify(JSON.parse(page), undefined, 2)],
    ['has a long head', (page: string) => page.replace('{', `{"note":"${'x'.repeat(10_000)}",`)],
    ['has items in its head', (page: string) => page.replace('{', `{"note":{"items":[]},`)],
  ])('reads a page that %s all the same', async (_title, write) => {
    const { list } = agent();
    expect(await list(write(pageOf(['a'], 't')), write(pageOf(['b'])))).toEqual(['a', 'b']);
    expect(await list(write(pageOf(['a'], 't')), write(pageOf(['c'])))).toEqual(['a', 'c']);
  });

  it('mixes up no two lists that are under way at the same time', async () => {
    const { list } = agent();
    await list(pageOf(['a']));
    const all = await Promise.all([
      list(pageOf(['a'])),
      list(pageOf(['b'])),
      list(pageOf(['a'], 't'), pageOf(['c'])),
    ]);
    expect(all).toEqual([['a'], ['b'], ['a', 'c']]);
  });

  it('answers with no part where an answer is none', async () => {
    const { list } = agent();
    await expect(list('{"metadata":{},"items":[{"na')).rejects.toThrow(SyntaxError);
    await expect(list('null')).rejects.toThrow('metadata');
    await expect(list('{"items":[]}')).rejects.toThrow('metadata');
  });
});
