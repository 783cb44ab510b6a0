import type { CodePoints } from './code-points.ts';

/** A regular expression, as far as this package looks into one. */
export type Pattern =
  | { readonly kind: 'one-of'; readonly set: CodePoints }
  | { readonly kind: 'sequence'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'choice'; readonly options: readonly Pattern[] }
  /** Greedy; no `most` is without end. */
  | {
      readonly kind: 'repeat';
      readonly part: Pattern;
      readonly least: number;
      readonly most: number | undefined;
    };

/** A pattern that begins at the beginning of the text, and may have to end at its end. */
export interface AnchoredPattern {
  readonly pattern: Pattern;
  readonly toEnd: boolean;
}
