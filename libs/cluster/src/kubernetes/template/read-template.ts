import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { z } from 'zod';
import { workloadTemplateSchema } from './template-schema.ts';
import type { WorkloadTemplate } from './template-schema.ts';

/** The document that pods are made from is missing, or is not what it has to be. Names each field, and no value. */
export class InvalidTemplateError extends Error {
  override readonly name = 'InvalidTemplateError';
  readonly faults: readonly string[];

  constructor(file: string, faults: readonly string[], options?: ErrorOptions) {
    super(`the pod template ${file} cannot be used: ${faults.join('; ')}`, options);
    this.faults = faults;
  }
}

/**
 * Reads the pod template, YAML or JSON.
 * @throws InvalidTemplateError
 */
export async function readTemplate(file: string): Promise<WorkloadTemplate> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new InvalidTemplateError(file, ['the file cannot be read'], { cause });
  }
  return parseTemplate(text, file);
}

/** @throws InvalidTemplateError, which calls the document by the name given */
export function parseTemplate(text: string, file: string): WorkloadTemplate {
  let document: unknown;
  try {
    document = parse(text, { maxAliasCount: 100 });
  } catch (cause) {
    throw new InvalidTemplateError(file, ['it is neither YAML nor JSON'], { cause });
  }
  const result = workloadTemplateSchema.safeParse(document);
  if (result.success) return result.data;
  throw new InvalidTemplateError(
    file,
    result.error.issues.flatMap((issue) => toFaults(issue)),
  );
}

type Issue = z.core.$ZodIssue;

function toFaults(issue: Issue, parent: readonly PropertyKey[] = []): readonly string[] {
  const path = [...parent, ...issue.path];
  // Of several forms, the one that came closest says what is wrong.
  if (issue.code === 'invalid_union') {
    const closest = issue.errors.toSorted(
      (one, other) => depthOf(other) - depthOf(one) || one.length - other.length,
    )[0];
    if (closest !== undefined && closest.length > 0) return closest.flatMap((each) => toFaults(each, path));
  }
  return [`${path.length === 0 ? 'the document' : path.map(String).join('.')}: ${issue.message}`];
}

const depthOf = (issues: readonly Issue[]): number => Math.max(0, ...issues.map(({ path }) => path.length));
