const mostProblems = 20;
const longestProblem = 500;

/**
 * A schema or contract definition that cannot be used; `problems` says what is wrong and where, one sentence each. As
 * many as people read: they quote the definition, which may be of any size.
 */
export class DefinitionError extends Error {
  override readonly name: 'DefinitionError' | 'DefinitionLimitError' = 'DefinitionError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptions) {
    const told = problems.slice(0, mostProblems).map(toBrief);
    if (problems.length > told.length) told.push(`and ${problems.length - told.length} more problems`);
    super(told.join('; '), options);
    this.problems = told;
  }
}

function toBrief(problem: string): string {
  return problem.length > longestProblem ? `${problem.slice(0, longestProblem)}…` : problem;
}

/**
 * A body that is not an event of its schema. The message names the field and what was expected there, and holds
 * nothing of the body.
 */
export class EventParseError extends Error {
  override readonly name = 'EventParseError';
  /** Avro names joined by `/`; '' is the event itself. */
  readonly field: string;

  constructor(field: string, problem: string, options?: ErrorOptions) {
    // Names of fields may be the sender's own, and of any length.
    const quoted = field.length > 200 ? `${field.slice(0, 200)}…` : field;
    super(field === '' ? `The event ${problem}` : `Field '${quoted}' ${problem}`, options);
    this.field = field;
  }
}
