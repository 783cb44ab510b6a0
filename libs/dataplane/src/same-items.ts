/** Whether both lists are of the very same objects, in the same order. */
export const hasSameItems = (one: readonly object[], other: readonly object[]): boolean =>
  one.length === other.length && one.every((item, index) => item === other[index]);

/** Gives the list of before for as long as one that is made anew has the same items: who derives something from it finds that again. */
export function createStableList<Item extends object>(): (items: readonly Item[]) => readonly Item[] {
  let last: readonly Item[] = [];
  return (items) => {
    if (!hasSameItems(last, items)) last = items;
    return last;
  };
}
