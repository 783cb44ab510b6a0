import type { Leadership } from '@ccd/cluster';
import type { Logger } from '@ccd/service';

/** Whose turn it is to write, of the replicas of an agent. */
export type Turn =
  | { readonly is: 'ours' }
  /** Another's, or it is not decided yet. */
  | { readonly is: 'not ours' }
  /** We cannot even ask for it, so that perhaps nobody does the work. */
  | { readonly is: 'unknown'; readonly why: string };

export function turnOf({ isHeld, problem }: Pick<Leadership, 'isHeld' | 'problem'>): Turn {
  if (isHeld()) return { is: 'ours' };
  const why = problem();
  return why === undefined ? { is: 'not ours' } : { is: 'unknown', why };
}

/** Tells who runs the agent that its turn cannot be asked for: each reason once, until it could again. */
export function createTurnLog(logger: Logger): { readonly noteTurn: (turn: Turn) => void } {
  const told = new Set<string>();
  return {
    noteTurn(turn) {
      if (turn.is !== 'unknown') {
        if (told.size > 0) logger.info({}, 'the right to write can be asked for again');
        told.clear();
        return;
      }
      if (told.has(turn.why)) return;
      told.add(turn.why);
      logger.warn({ detail: turn.why }, 'the right to write cannot be asked for: nothing is made or changed');
    },
  };
}
