import type { Answer } from '../api/api.ts';
import { printable } from './printable.ts';

type Render = () => string | Promise<string>;

/** What a command shows, by format. Texts have no last line break. */
export type Output = Readonly<Partial<Record<string, Render>>>;

export const defaultFormats: readonly string[] = ['table', 'json', 'json-raw', 'plain'];

export const nothingThere = 'No entities of this resource type exist.';

/** The answer of the server, as protobuf JSON. */
export const jsonOf = (answer: Answer<unknown>) =>
  ({
    json: () => JSON.stringify(answer.json(), null, 4),
    'json-raw': () => JSON.stringify(answer.json()),
  }) satisfies Output;

/** A sentence instead of a table or a list. */
export const sentence = (text: string) => ({ table: () => text, plain: () => text }) satisfies Output;

/** One line per name. */
export const lines = (names: readonly string[]): string =>
  names.length === 0 ? nothingThere : names.map(printable).join('\n');
