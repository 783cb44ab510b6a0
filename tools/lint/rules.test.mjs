import { describe, it } from '@jest/globals';
import { RuleTester } from 'eslint';
import { houseRules } from './index.mjs';

RuleTester.describe = describe;
RuleTester.it = it;
const tester = new RuleTester({ languageOptions: { ecmaVersion: 2024, sourceType: 'module' } });
const { rules } = houseRules;

tester.run('env-in-config-only', rules['env-in-config-only'], {
  valid: [
    { code: 'load(process.env);', filename: 'apps/x/src/config.ts' },
    { code: 'start(process.env);', filename: 'apps/x/src/main.ts' },
    { code: 'start(process.env);', filename: 'apps/x/src/engine-main.ts' },
    { code: 'process.argv;', filename: 'libs/x/src/reader.ts' },
  ],
  invalid: [
    { code: 'process.env.HOME;', filename: 'libs/x/src/reader.ts', errors: [{ messageId: 'misplaced' }] },
    { code: "process['env'];", filename: 'libs/x/src/reader.ts', errors: [{ messageId: 'misplaced' }] },
    {
      code: "import { env } from 'node:process';",
      filename: 'libs/x/src/reader.ts',
      errors: [{ messageId: 'misplaced' }],
    },
  ],
});

tester.run('exit-in-main-only', rules['exit-in-main-only'], {
  valid: [
    { code: 'process.exit(1);', filename: 'apps/x/src/main.ts' },
    { code: 'server.exit();', filename: 'libs/x/src/server.ts' },
  ],
  invalid: [
    { code: 'process.exit(1);', filename: 'libs/x/src/server.ts', errors: [{ messageId: 'misplaced' }] },
    { code: 'process.abort();', filename: 'libs/x/src/domain.ts', errors: [{ messageId: 'misplaced' }] },
  ],
});

tester.run('no-default-export', rules['no-default-export'], {
  valid: ['export const a = 1;'],
  invalid: [
    { code: 'export default 1;', errors: [{ messageId: 'named' }] },
    { code: 'const a = 1; export { a as default };', errors: [{ messageId: 'named' }] },
  ],
});

tester.run('kebab-case-files', rules['kebab-case-files'], {
  valid: [
    { code: '', filename: 'libs/x/src/run-once.ts' },
    { code: '', filename: 'libs/x/src/run-once.it.test.ts' },
  ],
  invalid: [
    { code: '', filename: 'libs/x/src/runOnce.ts', errors: [{ messageId: 'rename' }] },
    { code: '', filename: 'libs/x/src/Run.ts', errors: [{ messageId: 'rename' }] },
  ],
});

tester.run('public-entries-only', rules['public-entries-only'], {
  valid: [
    { code: "import { a } from '@ccd/reconcile';", filename: 'apps/x/src/a.ts' },
    { code: "import { a } from '@ccd/reconcile/testing';", filename: 'apps/x/src/a.test.ts' },
    { code: "import { a } from '@ccd/testkit';", filename: 'libs/x/src/testing/suite.ts' },
    { code: "import { a } from '@ccd/testkit/bench';", filename: 'libs/x/bench/x.bench.ts' },
    { code: "import { a } from '@ccd/testkit/bench';", filename: 'tools/bench.ts' },
  ],
  invalid: [
    {
      code: "import { a } from '@ccd/reconcile/src/diff.ts';",
      filename: 'apps/x/src/a.ts',
      errors: [{ messageId: 'deep' }],
    },
    {
      code: "export { a } from '@ccd/reconcile/testing';",
      filename: 'apps/x/src/a.ts',
      errors: [{ messageId: 'testing' }],
    },
    {
      code: "import { a } from '@ccd/testkit/bench';",
      filename: 'apps/x/src/a.ts',
      errors: [{ messageId: 'testing' }],
    },
    {
      code: "await import('@ccd/testkit');",
      filename: 'apps/x/src/a.ts',
      errors: [{ messageId: 'testing' }],
    },
  ],
});
