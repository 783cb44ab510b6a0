import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { scratchDir } from '../scratch-dir.ts';
import { keptPort, keptText } from './kept.ts';

const scratch = scratchDir();
const opened: { close(): unknown }[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) each.close();
});

describe(keptPort, () => {
  it('is the same at every start in one home, and another one elsewhere', async () => {
    const [home, other] = [join(scratch, 'same'), join(scratch, 'other')];
    const port = await keptPort(home, 'port');
    expect(await keptPort(home, 'port')).toBe(port);
    expect(await keptPort(home, 'second')).not.toBe(port);
    expect(await keptPort(other, 'port')).not.toBe(port);
  });

  it('says so when somebody else has taken it', async () => {
    const home = join(scratch, 'taken');
    const port = await keptPort(home, 'port');
    const squatter = createServer().listen(port, '127.0.0.1');
    opened.push(squatter);
    await once(squatter, 'listening');
    await expect(keptPort(home, 'port')).rejects.toThrow(new RegExp(`port ${port}.*taken`));
  });
});

describe(keptText, () => {
  it('is made once for a home, and each time without one', () => {
    let made = 0;
    const make = () => `text-${(made += 1)}`;
    const home = join(scratch, 'text');
    expect([keptText(home, 'name', make), keptText(home, 'name', make)]).toStrictEqual(['text-1', 'text-1']);
    expect([keptText(undefined, 'name', make), keptText(undefined, 'name', make)]).toStrictEqual([
      'text-2',
      'text-3',
    ]);
  });
});
