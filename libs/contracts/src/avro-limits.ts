import { requireWithin } from './definition-limits.ts';

/**
 * Refuses the JSON of an Avro schema that is too large, or too deep, for the recursive functions that follow.
 * Everything in it counts, also what Avro does not know.
 * @throws DefinitionLimitError
 */
export function checkAvroLimits(json: unknown): void {
  let values = 0;
  let level: readonly unknown[] = [json];
  // Level by level: a walk that calls itself would overflow on what it is to refuse.
  for (let depth = 1; level.length > 0; depth += 1) {
    requireWithin('schemaDepth', depth);
    values += level.length;
    requireWithin('schemaValues', values);
    level = level.flatMap((value): readonly unknown[] =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
}
