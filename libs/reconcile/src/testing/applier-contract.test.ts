import { describeApplierContract } from './applier-contract.ts';
import { createMemoryWorld } from './memory-world.ts';
import { toDesired } from './memory-desired.ts';

describeApplierContract('in memory', {
  kinds: ['topic', 'decrypter'],
  desire: (kind, name, variant) => toDesired({ kind, id: name }, variant ?? 'first'),
  async open() {
    const world = createMemoryWorld<string>();
    const { actual, applier, drift } = world;
    return {
      actual,
      applier,
      drift,
      restart: async () => ({ actual, applier }),
      plantForeign: async ({ key }) => {
        world.plantForeign(key, 'not ours');
      },
      readForeign: async ({ kind, id }) =>
        world.objects().find(({ key }) => key.kind === kind && key.id === id),
      tamper: async (key) => {
        world.edit(key);
      },
      close: async () => {},
    };
  },
});
