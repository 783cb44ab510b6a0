/** The items that pass; the very same list where all do, so that what was computed from it is found again (perObject). */
export function keepWhere<Item>(items: readonly Item[], passes: (item: Item) => boolean): readonly Item[] {
  const passing = items.filter(passes);
  return passing.length === items.length ? items : passing;
}
