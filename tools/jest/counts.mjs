/**
 * Suites that were skipped for what the machine lacks, by their titles, which say it (describeWithNeeds in @ccd/testkit).
 * @param tests with `status` and `ancestorTitles`
 */
export function suitesWithNeeds(tests) {
  const titles = tests
    .filter(({ status }) => status === 'pending')
    .flatMap(({ ancestorTitles }) => ancestorTitles.filter(saysWhy));
  return [...new Set(titles)];
}

/** Tests that were skipped and do not say why, by their full names. */
export function skippedWithoutReason(tests) {
  return tests
    .filter(({ status, ancestorTitles }) => status === 'pending' && !ancestorTitles.some(saysWhy))
    .map(({ fullName }) => fullName);
}

const saysWhy = (title) => title.includes('(not here: ');

/** The plain line that CI reads: `N passed, N failed`, and the skipped ones where there are any. */
export function countsOf(results) {
  // A suite that could not start has failed although none of its tests ran.
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests > 0 ? `, ${results.numPendingTests} skipped` : '';
  return `${results.numPassedTests} passed, ${failed} failed${skipped}`;
}
