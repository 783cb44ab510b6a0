import { z } from 'zod';

const kept = 200;
const listSchema = z.object({ metadata: z.object({ continue: z.string().optional() }) });

/** Earlier answers of lists, so that they can be given again. */
export interface OldLists {
  note(uri: string, accept: string, body: Buffer): void;
  /** The answer of so many lists before the last; undefined where it does not reach back so far. Of infinitely many: the oldest. */
  find(uri: string, accept: string, back: number): Buffer | undefined;
}

/** The first pages of long lists are not kept: the rest of them would be of another moment. */
export function createOldLists(): OldLists {
  const answers = new Map<string, Buffer[]>();
  return {
    note(uri, accept, body) {
      const { metadata } = listSchema.parse(JSON.parse(body.toString('utf8')));
      if ((metadata.continue ?? '') !== '') return;
      const key = `${accept} ${uri}`;
      answers.set(key, [...(answers.get(key) ?? []), body].slice(-kept));
    },
    find(uri, accept, back) {
      const all = answers.get(`${accept} ${uri}`) ?? [];
      return back === Number.POSITIVE_INFINITY ? all[0] : all.at(-1 - back);
    },
  };
}
