/** Suites that were left out because the machine lacks a server, by their titles (describeWithServers in @ccd/testkit). */
export function suitesWithoutServer(results) {
  const titles = results.testResults.flatMap(({ testResults }) =>
    testResults
      .filter(({ status }) => status === 'pending')
      .flatMap(({ ancestorTitles }) => ancestorTitles.filter((title) => title.includes('(needs servers: '))),
  );
  return [...new Set(titles)];
}

/** Closes a run with the plain line that CI reads: `N passed, N failed`, and the skipped ones where there are any. */
export class CountReporter {
  onRunComplete(_contexts, results) {
    for (const title of suitesWithoutServer(results)) process.stdout.write(`\nskipped: ${title}`);
    // A suite that could not start has failed although none of its tests ran.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests > 0 ? `, ${results.numPendingTests} skipped` : '';
    process.stdout.write(`\n${results.numPassedTests} passed, ${failed} failed${skipped}\n`);
  }
}

// jest asks for the default export of a reporter.
export default CountReporter;
