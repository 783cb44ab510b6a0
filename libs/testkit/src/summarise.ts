import { appendFileSync } from 'node:fs';
import { isFullSize, summaryFile } from './config.ts';

/** Adds what a suite did to the summary of the run, where somebody wants one (`npm run reliability`). */
export function summarise(suite: string, facts: Readonly<Record<string, unknown>>): void {
  if (summaryFile === undefined) return;
  appendFileSync(
    summaryFile,
    `${JSON.stringify({ suite, size: isFullSize ? 'full' : 'a tenth', ...facts })}\n`,
  );
}
