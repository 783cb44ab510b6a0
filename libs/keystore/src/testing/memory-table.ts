import type { KeyTable } from '../port.ts';

/** A key table in this process's memory. */
export function createMemoryTable(): KeyTable & { clear(): void } {
  const values = new Map<string, Buffer>();
  const holds = ({ key, value }: { readonly key: string; readonly value: Buffer | null }): boolean => {
    const stored = values.get(key);
    return stored && value ? stored.equals(value) : stored === undefined && value === null;
  };
  return {
    async get(keys) {
      return new Map(
        keys.flatMap((key) => {
          const value = values.get(key);
          return value ? [[key, value] as const] : [];
        }),
      );
    },
    async write({ expect, put }) {
      if (!expect.every(holds)) return false;
      for (const { key, value } of put) {
        if (value) values.set(key, value);
        else values.delete(key);
      }
      return true;
    },
    clear() {
      values.clear();
    },
  };
}
