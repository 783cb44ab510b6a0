import { writeKnownAnswer } from '../conditional-answer.ts';
import { InvalidAnswerError } from '../errors.ts';
import { toWholeAnswer } from '../snapshot/whole-answer.ts';
import type { WholeAnswer } from '../snapshot/whole-answer.ts';
import type { GrpcCaller, Method } from '../transport/grpc-caller.ts';

/** Asks for a whole list, and names the answer that came last, which it returns again where it still holds. */
export type ListQuery = (signal: AbortSignal) => Promise<WholeAnswer>;

/** After an answer that cannot be used the next request names none, so that it is answered in full. */
export function createListQuery(caller: GrpcCaller, method: Method<object>): ListQuery {
  let kept: WholeAnswer | undefined;

  return async (signal) => {
    const named = kept;
    const metadata = named?.metadata && writeKnownAnswer(named.metadata);
    try {
      // An agent's request is an empty message: who asks stands in the token.
      const answer = await caller.unary(
        method,
        {},
        { signal, idempotent: true, ...(metadata && { metadata }) },
      );
      kept = toWholeAnswer(method.path, answer, named);
      return kept;
    } catch (error) {
      if (error instanceof InvalidAnswerError) kept = undefined;
      throw error;
    }
  };
}
