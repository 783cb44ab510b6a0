import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export interface TestOutcome {
  /** Titles of the tests that failed, or the file that did not even start. */
  readonly failed: readonly string[];
  readonly passed: number;
  readonly skipped: number;
}

interface JestReport {
  readonly numPassedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** Runs the tests below `paths` of the repository at `root`. @throws when jest ends without a report */
export function runTests(root: string, paths: readonly string[], titles?: string): TestOutcome {
  const report = join(root, 'seeded-defect.json');
  rmSync(report, { force: true });
  const { stderr } = spawnSync(
    process.execPath,
    [
      ...[
        '--experimental-vm-modules',
        '--disable-warning=ExperimentalWarning',
        'node_modules/jest/bin/jest.js',
      ],
      ...['--json', `--outputFile=${report}`, '--forceExit', ...paths],
      ...(titles === undefined ? [] : ['-t', titles]),
    ],
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, env: { PATH: process.env['PATH'] } },
  );
  const { testResults, numPassedTests, numPendingTests } = parse(report, stderr);
  const failed = testResults.flatMap(({ name, status, assertionResults }) => {
    const titlesOfFailed = assertionResults
      .filter((each) => each.status === 'failed')
      .map(({ fullName }) => fullName);
    return titlesOfFailed.length === 0 && status === 'failed' ? [name] : titlesOfFailed;
  });
  return { failed, passed: numPassedTests, skipped: numPendingTests };
}

function parse(report: string, said: string): JestReport {
  try {
    return JSON.parse(readFileSync(report, 'utf8')) as JestReport;
  } catch (cause) {
    throw new Error(`jest did not report; it said: ${said.slice(-2_000)}`, { cause });
  }
}
