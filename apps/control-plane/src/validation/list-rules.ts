import { counted, plural, switched } from './rule-table.ts';
import type { RuleTable } from './rule-table.ts';

/** The rules of a list as a whole; `items` is about each of its items and compiled with the field. */
export const listRules: RuleTable<readonly unknown[]> = {
  min_items: counted(
    (least) =>
      ({ length }) =>
        length >= least
          ? undefined
          : length === 0
            ? 'must not be empty'
            : `must have at least ${plural(least, 'item')}, and has ${length}`,
  ),
  max_items: counted(
    (most) =>
      ({ length }) =>
        length <= most ? undefined : `must have at most ${plural(most, 'item')}, and has ${length}`,
  ),
  unique: switched((items) => {
    const first = new Map<unknown, number>();
    for (const [index, item] of items.entries()) {
      const same = first.get(item);
      if (same !== undefined) return `must not repeat items: [${index}] is the same as [${same}]`;
      first.set(item, index);
    }
    return undefined;
  }),
};
