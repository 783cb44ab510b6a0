import { countsOf, suitesWithNeeds } from './counts.mjs';

/** Closes a run with what was skipped for what the machine lacks, and with the line that CI reads. */
export class CountReporter {
  onRunComplete(_contexts, results) {
    const tests = results.testResults.flatMap(({ testResults }) => testResults);
    for (const title of suitesWithNeeds(tests)) process.stdout.write(`\nskipped: ${title}`);
    process.stdout.write(`\n${countsOf(results)}\n`);
  }
}

// jest asks for the default export of a reporter.
export default CountReporter;
