/** What is known of things by their names, "there is none" included. */
export interface MemoryOf<T> {
  has(name: string): boolean;
  get(name: string): T | undefined;
  set(name: string, value: T | undefined): void;
  forget(name: string): void;
}

export function toMemoryOf<T>(): MemoryOf<T> {
  const values = new Map<string, { readonly value: T | undefined }>();
  return {
    has: (name) => values.has(name),
    get: (name) => values.get(name)?.value,
    set: (name, value) => void values.set(name, { value }),
    forget: (name) => void values.delete(name),
  };
}
