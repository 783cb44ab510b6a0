/**
 * Prints what a report of jest (`--json`) comes to: the names of what was skipped, then the counts. In a whole run
 * nothing else is skipped than what says why; whatever is would be named here too. With the report of a second look at what
 * failed, it also names what was unstable.
 * usage: node tools/jest/print-report.mjs <report> [<report of a second look>]
 */
import { readFileSync } from 'node:fs';
import { countsOf, skippedWithoutReason, suitesWithNeeds } from './counts.mjs';
import { mergeReports, unstableTests } from './second-look.mjs';

const [, , ...files] = process.argv;
const [first, second] = files.map((file) => readFileSync(file, 'utf8'));
if (first === '') {
  console.log('the tests did not end\n0 passed, 1 failed');
  process.exitCode = 1;
} else {
  const report = JSON.parse(first);
  const again = second ? JSON.parse(second) : { testResults: [] };
  const results = second ? mergeReports(report, again) : report;
  const tests = results.testResults.flatMap(({ assertionResults }) => assertionResults);
  for (const name of [...suitesWithNeeds(tests), ...skippedWithoutReason(tests)])
    console.log(`skipped: ${name}`);
  for (const name of unstableTests(report, again))
    console.log(`UNSTABLE, failed once and passed when looked at again alone: ${name}`);
  console.log(countsOf(results));
}
