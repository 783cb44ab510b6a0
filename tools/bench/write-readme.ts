import { readFileSync, writeFileSync } from 'node:fs';
import { toTable } from './print.ts';
import type { BenchRecord } from './record.ts';

const [begin, end] = ['<!-- last run -->', '<!-- /last run -->'];

/** Puts a run between the marks of a README. @throws Error when it has no place for it */
export function writeReadme(file: string, { date, machine, results }: BenchRecord): void {
  const readme = readFileSync(file, 'utf8');
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  if (from === -1 || to < from) throw new Error(`${file} has no place for the last run: ${begin} … ${end}`);
  const tables = results.map((result) => toTable(result).replaceAll(/ +$/gm, '')).join('\n\n');
  const section = `${begin}\n\n${date}, ${machine}\n\n\`\`\`text\n${tables}\n\`\`\`\n\n`;
  writeFileSync(file, `${readme.slice(0, from)}${section}${readme.slice(to)}`);
}
