/** A mistake that the suite has to notice: a text of one file, and what somebody might have written instead. */
export interface Defect {
  readonly name: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly text: string;
  readonly replacement: string;
  /** The test files of which one has to fail. */
  readonly caughtBy: readonly string[];
  /** Runs only these of their tests (a regular expression on titles). */
  readonly titles?: string;
  /** Caught where power cuts are possible. */
  readonly needsPowerCuts?: true;
}
