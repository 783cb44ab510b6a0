import type { Figure, MissingFigure } from './figure.ts';

export interface BenchContext {
  /** All benchmarks together should then take less than two minutes: fewer rounds, shorter runs. */
  readonly quick: boolean;
  /** Tells the person who waits what is being measured. */
  readonly progress: (what: string) => void;
}

/**
 * What a file `bench/<name>.bench.ts` of an app or lib exports as `bench`. `npm run bench` runs each in a process of
 * its own, on the first core; load that must not share it belongs in a child process (see {@link onOtherCore}).
 */
export interface Bench {
  /** One line: what is measured, and over what. */
  readonly title: string;
  readonly run: (context: BenchContext) => Promise<readonly (Figure | MissingFigure)[]>;
}
