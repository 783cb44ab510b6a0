import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { failureOf } from './failure.ts';

/** What the cluster takes for a reason; it drops what is none. */
const reasonCode = /^[A-Z][A-Za-z0-9]{0,63}$/;

class KeyStoreUnavailableError extends Error {
  override readonly name = 'KeyStoreUnavailableError';
}

class OddError extends Error {
  override readonly name = 'an odd one';
}

describe(failureOf, () => {
  it('names our errors by their class, with their message', () => {
    expect(failureOf(new KeyStoreUnavailableError('it is closed'))).toEqual({
      reason: 'KeyStoreUnavailable',
      message: 'it is closed',
    });
  });

  it.each<[string, unknown]>([
    ['an error of the language', new Error('Jane Doe')],
    ['a fault of ours', new TypeError('Jane Doe is not a function')],
    ['a parser that quotes its text', new SyntaxError('Unexpected token, "Jane Doe" is not valid JSON')],
    ['an error with a name that is no code', new OddError('Jane Doe')],
    ['a text', 'Jane Doe'],
    ['nothing', undefined],
  ])('repeats nothing that %s says, since nobody wrote it for a status', (_case, error) => {
    expect(failureOf(error)).toEqual({ reason: 'UnexpectedError', message: 'see the log of this process' });
  });

  it('gives the code of the system, which says what to do', () => {
    const error = Object.assign(new Error("ENOENT: no such file, open '/x'"), { code: 'ENOENT' });
    expect(failureOf(error)).toEqual({
      reason: 'UnexpectedError',
      message: 'ENOENT: see the log of this process',
    });
  });

  it('always gives a reason that the cluster passes on', () => {
    const failing = z.string().safeParse(1).error;
    for (const error of [failing, new OddError(), new AggregateError([]), null]) {
      expect(failureOf(error).reason).toMatch(reasonCode);
    }
  });
});
