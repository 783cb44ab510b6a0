/**
 * The function, computing once for each object, for as long as that lives. For what is derived from values that stay the same
 * objects while they don't change, as an answer of the control plane that still holds.
 */
export function perObject<Key extends object, Value>(compute: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, { readonly value: Value }>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before.value;
    const value = compute(key);
    known.set(key, { value });
    return value;
  };
}
