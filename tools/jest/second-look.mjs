/** More than these have a cause of their own. */
const most = 5;

/**
 * The files of a report of jest (`--json`) that deserve a second look, alone: tests with real servers or processes, which a
 * machine that is short of time can fail. None where another test failed, or too many did.
 */
export function worthSecondLook({ testResults }) {
  const failed = testResults.filter(({ status }) => status === 'failed').map(({ name }) => name);
  const all = failed.every((name) => name.endsWith('.it.test.ts'));
  return all && failed.length <= most ? failed : [];
}

/** The report with the results of those files as the second look had them. */
export function mergeReports(first, second) {
  const again = new Map(second.testResults.map((result) => [result.name, result]));
  const testResults = first.testResults.map((result) => again.get(result.name) ?? result);
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const count = (wanted) => tests.filter(({ status }) => status === wanted).length;
  return {
    testResults,
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    numPendingTests: count('pending'),
    numRuntimeErrorTestSuites: testResults.filter(
      ({ status, assertionResults }) =>
        status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
    ).length,
  };
}

/** The full names of the tests that failed at first and did not in the second look. */
export function unstableTests(first, second) {
  const passed = new Set(
    second.testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status }) => status === 'passed')
      .map(({ fullName }) => fullName),
  );
  return first.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status, fullName }) => status === 'failed' && passed.has(fullName))
    .map(({ fullName }) => fullName);
}
