/** A field that breaks a rule of the protocol. */
export interface Violation {
  /** As users know the field, from the request on: `stream.ref.name`, `user_invites[3].email`. */
  readonly path: string;
  /** Kind and name of the rule in the proto: `string.min_len`. */
  readonly rule: string;
  /** What is wrong and what is accepted; reads on from the path, and never holds the value. */
  readonly message: string;
}

const listed = 10;

/** A message breaks rules of the protocol; the text is for the person who sent it. */
export class RuleViolationError extends Error {
  override readonly name = 'RuleViolationError';
  /** Full name of the message's type. */
  readonly typeName: string;
  readonly violations: readonly Violation[];

  constructor(typeName: string, violations: readonly Violation[]) {
    super(describe(violations));
    this.typeName = typeName;
    this.violations = violations;
  }
}

function describe(violations: readonly Violation[]): string {
  const sentences = violations.slice(0, listed).map(({ path, message }) => `${path} ${message}`);
  const more = violations.length - sentences.length;
  return sentences.join('; ') + (more > 0 ? `; and ${more} more` : '');
}

/** A proto carries a rule that this checker does not know: a defect of this program, found by its tests. */
export class UnsupportedRuleError extends Error {
  override readonly name = 'UnsupportedRuleError';
  /** Full name of the field, message or oneof that carries the rule. */
  readonly element: string;
  readonly rule: string;

  constructor(element: string, rule: string) {
    super(`${element} has the rule ${rule}, which the checker does not know`);
    this.element = element;
    this.rule = rule;
  }
}
