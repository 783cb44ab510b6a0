import { describe, expect, it } from '@jest/globals';
import { planResources } from './agent-plan.ts';

const rules = {
  toResources: () => [],
  keysOf: ({ id }: { id: string }) => [
    { kind: 'topic', id: `stream-${id}` },
    { kind: 'decrypter', id: `decrypter-${id}` },
  ],
};

describe(planResources, () => {
  it('carries a removal over to every resource of the entity', () => {
    const { removed } = planResources({ items: [], removed: [{ kind: 'stream', id: 'a' }] }, rules);
    expect(removed).toStrictEqual([
      { kind: 'topic', id: 'stream-a' },
      { kind: 'decrypter', id: 'decrypter-a' },
    ]);
  });

  it('keeps an entity without a name nameless, so that it may stand for any resource', () => {
    const rejected = [{ key: { kind: 'stream', id: '' }, message: 'garbled' }];
    expect(planResources({ items: [], removed: [], rejected }, rules).rejected).toStrictEqual([
      { key: { kind: 'topic', id: '' }, message: 'garbled' },
      { key: { kind: 'decrypter', id: '' }, message: 'garbled' },
    ]);
  });
});
