import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '@ccd/reconcile/testing';
import { createConfirmations } from './confirmations.ts';
import type { JournalEntry } from './port.ts';

type Entries = ReadonlyMap<string, JournalEntry>;

/** An index whose answers are given by hand, in the order of the questions. */
function setUp() {
  const clock = createFakeClock();
  const questions: { readonly answer: (entries: Entries) => void; readonly fail: () => void }[] = [];
  const byLinks = (): Promise<Entries> =>
    new Promise((resolve, reject) => {
      questions.push({
        answer: resolve,
        fail: () => {
          reject(new Error('the index is away'));
        },
      });
    });
  return { clock, questions, confirmations: createConfirmations({ index: { byLinks }, clock }) };
}

describe(createConfirmations, () => {
  it('gives what the index has, to each who asks', async () => {
    const { questions, confirmations } = setUp();
    const asked = [confirmations.ask(['a']), confirmations.ask(['b'])];
    const none: Entries = new Map();
    for (const { answer } of questions) answer(none);
    await expect(Promise.all(asked)).resolves.toEqual([none, none]);
  });

  it('ends the waiting of all with the first failure', async () => {
    const { questions, confirmations } = setUp();
    const asked = ['a', 'b', 'c'].map((link) => confirmations.ask([link]));
    questions[1]?.fail();
    await expect(Promise.all(asked)).resolves.toEqual([undefined, undefined, undefined]);
  });

  it('asks for nobody while the index is away, but for one in the background each second', async () => {
    const { clock, questions, confirmations } = setUp();
    const failing = confirmations.ask(['a']);
    questions[0]?.fail();
    await failing;
    await clock.advance(999);
    await expect(confirmations.ask(['a'])).resolves.toBeUndefined();
    expect(questions).toHaveLength(1);
    await clock.advance(1);
    await expect(confirmations.ask(['a'])).resolves.toBeUndefined();
    await clock.advance(5_000);
    await expect(confirmations.ask(['b'])).resolves.toBeUndefined();
    expect(questions).toHaveLength(2);
    questions[1]?.fail();
    await clock.settle();
    await expect(confirmations.ask(['b'])).resolves.toBeUndefined();
    expect(questions).toHaveLength(2);
  });

  it('waits for the index again once it has answered', async () => {
    const { clock, questions, confirmations } = setUp();
    const failing = confirmations.ask(['a']);
    questions[0]?.fail();
    await failing;
    await clock.advance(1_000);
    await confirmations.ask(['a']);
    questions[1]?.answer(new Map());
    await clock.settle();
    const asked = confirmations.ask(['a']);
    const none: Entries = new Map();
    questions[2]?.answer(none);
    await expect(asked).resolves.toBe(none);
  });
});
