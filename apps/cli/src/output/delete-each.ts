import type { Answer } from '../api/api.ts';
import type { LocalContext } from '../command/command.ts';
import { jsonOf, sentence } from './output.ts';
import type { Output } from './output.ts';

/**
 * Deletes one after the other, and says so after each: what is gone stays said when a later one fails. The first that
 * fails stops the rest.
 */
export async function deleteEach(
  { io, args, format }: LocalContext,
  told: string,
  remove: (name: string) => Promise<Answer<unknown>>,
): Promise<undefined> {
  for (const name of args) {
    const output: Output = { ...jsonOf(await remove(name)), ...sentence(told) };
    io.stdout.write(`${(await output[format]?.()) ?? ''}\n`);
  }
  return undefined;
}
