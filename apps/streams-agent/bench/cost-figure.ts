import type { Figure } from '@ccd/testkit/bench';

/** A figure of which less is better. */
export const costFigure = (
  what: string,
  value: number,
  unit: string,
  rest: Partial<Figure> = {},
): Figure => ({ what, value, unit, better: 'less', ...rest });
