export interface ConfigProblem {
  /** Empty for a rule that concerns several variables. */
  readonly variable: string;
  readonly problem: string;
  readonly accepted?: string;
}

const line = ({ variable, problem, accepted }: ConfigProblem): string =>
  `  ${[variable, problem].filter(Boolean).join(' ')}${accepted === undefined ? '' : `; give ${accepted}`}`;

/** Every setting that is wrong, for the person who starts the program. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(`The configuration is not complete or not valid:\n${problems.map(line).join('\n')}`);
    this.problems = problems;
  }
}
