/**
 * Prints what a report of jest (`--json`) comes to: the names of what was skipped, then the counts. In a whole run
 * nothing else is skipped than what says why; whatever is would be named here too.
 * usage: node tools/jest/print-report.mjs <report>
 */
import { readFileSync } from 'node:fs';
import { countsOf, skippedWithoutReason, suitesWithNeeds } from './counts.mjs';

const report = readFileSync(process.argv[2], 'utf8');
if (report === '') {
  console.log('the tests did not end\n0 passed, 1 failed');
  process.exitCode = 1;
} else {
  const results = JSON.parse(report);
  const tests = results.testResults.flatMap(({ assertionResults }) => assertionResults);
  for (const name of [...suitesWithNeeds(tests), ...skippedWithoutReason(tests)])
    console.log(`skipped: ${name}`);
  console.log(countsOf(results));
}
