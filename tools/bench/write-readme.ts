import { readFileSync, writeFileSync } from 'node:fs';
import { toTable } from './print.ts';
import type { BenchRecord } from './record.ts';

/** Puts a run between the marks of a section of a README. @throws Error when it has no such section */
export function writeReadme(file: string, section: string, { date, machine, results }: BenchRecord): void {
  const [begin, end] = [`<!-- ${section} -->`, `<!-- /${section} -->`];
  const readme = readFileSync(file, 'utf8');
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  if (from === -1 || to < from) throw new Error(`${file} has no place for a run: ${begin} … ${end}`);
  const tables = results.map((result) => toTable(result).replaceAll(/ +$/gm, '')).join('\n\n');
  const run = `${begin}\n\n${date}, ${machine}\n\n\`\`\`text\n${tables}\n\`\`\`\n\n`;
  writeFileSync(file, `${readme.slice(0, from)}${run}${readme.slice(to)}`);
}
