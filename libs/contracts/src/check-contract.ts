import { DefinitionLimitError, requireWithin } from './definition-limits.ts';
import type { FieldPath } from './field-path.ts';
import { compileFieldPath, isKeyLike, isTextual } from './field-path.ts';
import type { LinearRegex } from './linear-regex.ts';
import { RegexError } from './linear-regex.ts';
import { PatternBudget } from './pattern-budget.ts';
import type { RecordShape } from './shape.ts';
import { describeShape } from './shape.ts';
import type { ContractDefinition, FieldMetadata } from './types.ts';

export interface ContractProblem {
  readonly field: string;
  /** A sentence for the person who wrote the contract. */
  readonly message: string;
}

type CheckedParts = Pick<ContractDefinition, 'keyField' | 'fields' | 'validations' | 'dataSubjectField'>;

/** Everything that keeps a contract from being used with its schema; empty when it can be. */
export function checkContract(schema: RecordShape, contract: CheckedParts): readonly ContractProblem[] {
  try {
    return examineContract(schema, contract).problems;
  } catch (error) {
    if (!(error instanceof DefinitionLimitError)) throw error;
    return error.problems.map((message) => ({ field: '', message }));
  }
}

interface Examined {
  readonly problems: readonly ContractProblem[];
  /** Of the validations, in their order; fewer where there are problems. */
  readonly patterns: readonly LinearRegex[];
}

/** The same, and what was compiled on the way. @throws DefinitionLimitError */
export function examineContract(schema: RecordShape, contract: CheckedParts): Examined {
  const { keyField, fields, validations, dataSubjectField } = contract;
  requireWithin('fields', fields.length);
  requireWithin('validations', validations.length);
  const budget = new PatternBudget();
  const patterns: LinearRegex[] = [];
  const problems = [
    ...checkField(schema, 'key field', keyField, isKeyLike, 'string or optional string'),
    ...(dataSubjectField === undefined
      ? []
      : checkField(schema, 'data subject field', dataSubjectField, isKeyLike, 'string or optional string')),
    ...fields.flatMap((field) => checkMetadata(schema, field)),
    ...duplicates(fields.map(({ fieldName }) => fieldName)).map((field) => ({
      field,
      message: `the field '${field}' has metadata more than once`,
    })),
    ...validations.flatMap(({ field, regex }) => [
      ...checkField(schema, 'validated field', field, isTextual, 'string, optional string or list of string'),
      ...checkRegex(field, regex, budget, patterns),
    ]),
  ];
  return { problems, patterns };
}

function checkMetadata(schema: RecordShape, field: FieldMetadata): readonly ContractProblem[] {
  const { fieldName, isPii, purposeLevel } = field;
  const role = isPii ? 'personal field' : 'field';
  const accepted = 'string, optional string or list of string';
  const problems = [...checkField(schema, role, fieldName, isPii ? isTextual : () => true, accepted)];
  if (isPii && (fieldName === 'strmMeta' || fieldName.startsWith('strmMeta/'))) {
    problems.push({
      field: fieldName,
      message: `the field '${fieldName}' cannot be personal: the system needs it`,
    });
  }
  if (!Number.isInteger(purposeLevel) || purposeLevel < 0) {
    problems.push({ field: fieldName, message: `the purpose level of '${fieldName}' must be 0 or more` });
  }
  return problems;
}

function checkField(
  schema: RecordShape,
  role: string,
  path: string,
  fits: (found: FieldPath) => boolean,
  accepted: string,
): readonly ContractProblem[] {
  const found = compileFieldPath(schema, path);
  if (found === undefined) {
    return [{ field: path, message: `the ${role} '${path}' is not in the schema` }];
  }
  if (fits(found)) return [];
  const place = found.repeated ? ' in a list' : '';
  const message = `the ${role} '${path}' must be ${accepted}; it is ${describeShape(found.shape)}${place}`;
  return [{ field: path, message }];
}

function checkRegex(
  field: string,
  regex: string,
  budget: PatternBudget,
  patterns: LinearRegex[],
): readonly ContractProblem[] {
  try {
    patterns.push(budget.compile(regex));
    return [];
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    return [{ field, message: `the validation of '${field}': ${error.message}` }];
  }
}

function duplicates(names: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  const repeated = names.filter((name) => seen.has(name) || !seen.add(name));
  return [...new Set(repeated)];
}

/** The deprecated map of personal fields as metadata, where there is no metadata: that wins when both are given. */
export function mirrorPiiFields(
  piiFields: Readonly<Record<string, number>>,
  fields: readonly FieldMetadata[],
): readonly FieldMetadata[] {
  if (fields.length > 0) return fields;
  return Object.entries(piiFields).map(([fieldName, purposeLevel]) => ({
    fieldName,
    isPii: true,
    isQuasiId: false,
    purposeLevel,
  }));
}

export interface MaskedFieldProblem {
  readonly fieldPattern: string;
  /** The type of the field in words; '' where the schema has none of that name. */
  readonly fieldType: string;
  readonly message: string;
}

/** What keeps fields of a schema from being masked; empty when all can be. */
export function checkMaskedFields(
  schema: RecordShape,
  patterns: readonly string[],
): readonly MaskedFieldProblem[] {
  const repeated = new Set(duplicates(patterns));
  return patterns.flatMap((fieldPattern): MaskedFieldProblem[] => {
    const found = compileFieldPath(schema, fieldPattern);
    const fieldType = found === undefined ? '' : describeShape(found.shape);
    const problem = repeated.delete(fieldPattern)
      ? 'is listed more than once'
      : fieldPattern.split('/').includes('strmMeta')
        ? 'cannot be masked: the system needs it'
        : found === undefined
          ? 'is not in the schema'
          : isTextual(found)
            ? undefined
            : `cannot be masked: it is ${fieldType}, not string, optional string or list of string`;
    return problem === undefined
      ? []
      : [{ fieldPattern, fieldType, message: `the field '${fieldPattern}' ${problem}` }];
  });
}
