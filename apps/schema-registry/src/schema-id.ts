import { invalidVersion, unknownPath } from './registry-error.ts';

const largest = 2_147_483_647;

/** The id in a path. What is no 32-bit integer is, as in Confluent's registry, no path. @throws RegistryError */
export function parseSchemaId(text: string): number {
  const id = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(id >= -largest - 1 && id <= largest)) throw unknownPath();
  return id;
}

/** @throws RegistryError for what is no version of any subject: a number from 1, `latest`, or -1, which means the same */
export function checkVersion(text: string): void {
  if (text === 'latest' || text === '-1') return;
  if (!/^\d{1,10}$/.test(text) || Number(text) < 1 || Number(text) > largest) throw invalidVersion(text);
}
