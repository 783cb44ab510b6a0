import { describe, expect, it } from '@jest/globals';
import { createRecent, entriesOf } from './recent.ts';

describe(createRecent, () => {
  it('forgets what was not used for longest once there are too many', () => {
    const recent = createRecent<string, number>(2);
    recent.set('a', 1);
    recent.set('b', 2);
    recent.get('a');
    recent.set('c', 3);
    expect(entriesOf(recent)).toStrictEqual([
      ['a', 1],
      ['c', 3],
    ]);
  });

  it('forgets as many as weigh too much together', () => {
    const recent = createRecent<string, string>(10, 5, (text) => text.length);
    recent.set('a', 'xx');
    recent.set('b', 'xx');
    recent.set('c', 'xxx');
    expect([...recent.keys()]).toStrictEqual(['c', 'b']);
  });

  it('holds alone what is heavier than all may be together, and what weighs nothing', () => {
    const recent = createRecent<string, string>(10, 5, (text) => text.length);
    recent.set('a', 'xx');
    recent.set('b', 'x'.repeat(100));
    expect([...recent.keys()]).toStrictEqual(['b']);
    recent.set('c', '');
    expect([...recent.keys()]).toStrictEqual(['c']);
  });
});
