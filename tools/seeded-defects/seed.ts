import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Defect } from './defect.ts';

/** A defect does not fit the code any more: the code has moved on, and the defect has to follow. */
export class StaleDefectError extends Error {
  override readonly name = 'StaleDefectError';
  readonly defect: string;

  constructor({ name, file }: Defect, count: number) {
    super(`"${name}": its text stands ${count} times in ${file}; adapt tools/seeded-defects/defects.ts`);
    this.defect = name;
  }
}

/** The content of the defect's file below `root`, with the defect in it. @throws StaleDefectError */
export function seed(root: string, defect: Defect): { readonly sound: string; readonly defective: string } {
  const sound = readFileSync(join(root, defect.file), 'utf8');
  const parts = sound.split(defect.text);
  if (parts.length !== 2) throw new StaleDefectError(defect, parts.length - 1);
  return { sound, defective: parts.join(defect.replacement) };
}
