/** A bound that a figure should keep. */
export interface Goal {
  /** The ratio to the figure's baseline, or the figure itself. */
  readonly of: 'ratio' | 'value';
  readonly bound: 'at least' | 'at most';
  readonly limit: number;
}

/** One line of a benchmark's table. */
export interface Figure {
  /** Names the line within its benchmark; stays the same from run to run. */
  readonly what: string;
  readonly value: number;
  /** As printed: `µs`, `ms`, `/s`, `MB`, … */
  readonly unit: string;
  /** Rates want more, times and sizes less. */
  readonly better: 'more' | 'less';
  /** A figure of the same run and unit. Ratios to it survive a change of machine; absolute figures do not. */
  readonly baseline?: { readonly what: string; readonly value: number };
  readonly goal?: Goal;
  /** Why the figure of this run is not of what it names: printed instead of a judgement. */
  readonly doubt?: string;
}

/** A line without a figure in this run. */
export interface MissingFigure {
  readonly what: string;
  /** Why there is none, as it is to be printed. */
  readonly missing: string;
}

export const isFigure = (line: Figure | MissingFigure): line is Figure => !('missing' in line);

/** The figure divided by its baseline; undefined without one. */
export function ratioOf({ value, baseline }: Pick<Figure, 'value' | 'baseline'>): number | undefined {
  return baseline === undefined ? undefined : value / baseline.value;
}

/** Whether the figure keeps its goal; undefined where it has none, and where the figure is in doubt. */
export function isGoalMet(figure: Figure): boolean | undefined {
  const { goal, doubt } = figure;
  if (goal === undefined || doubt !== undefined) return undefined;
  const measured = goal.of === 'value' ? figure.value : ratioOf(figure);
  if (measured === undefined) return false;
  return goal.bound === 'at least' ? measured >= goal.limit : measured <= goal.limit;
}
