import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import jest from 'eslint-plugin-jest';
import globals from 'globals';
import tseslint from 'typescript-eslint';
import { houseRules } from './tools/lint/index.mjs';

/** The layers of docs/architecture.md, "Who may import whom". Tags stand in each project's package.json. */
const layers = [
  { sourceTag: 'layer:core', onlyDependOnLibsWithTags: ['layer:core'] },
  { sourceTag: 'layer:runtime', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'layer:protocol', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'layer:adapter', onlyDependOnLibsWithTags: ['layer:core', 'layer:protocol'] },
  // Joins several adapters for the apps of the data plane (docs/decisions/0004).
  {
    sourceTag: 'layer:dataplane',
    onlyDependOnLibsWithTags: ['layer:core', 'layer:runtime', 'layer:adapter'],
  },
  {
    sourceTag: 'layer:app',
    onlyDependOnLibsWithTags: [
      'layer:core',
      'layer:runtime',
      'layer:protocol',
      'layer:adapter',
      'layer:dataplane',
      'layer:app',
    ],
  },
  // Only the app that composes the others may import an app.
  { sourceTag: 'scope:app', notDependOnLibsWithTags: ['layer:app'] },
  // Generated messages stay at the edge; everything behind it speaks domain types.
  // (Allowed by name, since a ban would also reach through libs/controlplane, which is that edge.)
  {
    sourceTag: 'messages:domain',
    onlyDependOnLibsWithTags: [
      'layer:core',
      'layer:runtime',
      'layer:adapter',
      'layer:dataplane',
      'layer:app',
    ],
  },
];

/** Tests may also use the testkit, and everything that the testkit may. */
const layersOfTests = layers
  .filter(({ sourceTag }) => sourceTag !== 'scope:app')
  .map(({ sourceTag, onlyDependOnLibsWithTags, ...rest }) => ({
    sourceTag,
    ...rest,
    ...(onlyDependOnLibsWithTags
      ? { onlyDependOnLibsWithTags: [...onlyDependOnLibsWithTags, 'layer:testing'] }
      : {}),
  }));

const boundaries = (depConstraints) => [
  'error',
  { enforceBuildableLibDependency: false, allow: [], depConstraints },
];

export const config = tseslint.config(
  {
    ignores: [
      '**/node_modules',
      'dist',
      '.nx',
      '.cache',
      'coverage',
      'libs/protocol/src/gen',
      'libs/privacy/src/gen',
      'libs/privacy/wasm/assembly',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    plugins: { ccd: houseRules, '@nx': nx },
    rules: {
      'ccd/env-in-config-only': 'error',
      'ccd/exit-in-main-only': 'error',
      'ccd/kebab-case-files': 'error',
      'ccd/public-entries-only': 'error',
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  { files: ['**/*.mjs'], languageOptions: { globals: globals.node } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      'ccd/no-default-export': 'error',
      '@nx/enforce-module-boundaries': boundaries(layers),
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/prefer-readonly': 'error',
      // Numbers print as people write them.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // A leading underscore says "the signature asks for it".
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // An async method of a port may have nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      // Empty functions are legitimate defaults of hooks.
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  {
    files: [
      '**/*.test.ts',
      'libs/*/src/testing/**/*.ts',
      'apps/*/src/testing/**/*.ts',
      'libs/testkit/**/*.ts',
      '**/bench/**/*.ts',
    ],
    rules: { '@nx/enforce-module-boundaries': boundaries(layersOfTests) },
  },
  {
    files: ['**/*.test.ts', '**/*.test.mjs'],
    extends: [jest.configs['flat/recommended']],
    settings: { jest: { globalPackage: '@jest/globals' } },
    rules: {
      'jest/expect-expect': [
        'error',
        {
          assertFunctionNames: [
            'eventually',
            'expect',
            'expect*',
            'assert*',
            'fc.assert',
            'describe*',
            'tester.run',
          ],
        },
      ],
      // Contract suites call `it` inside functions that describe a port.
      'jest/require-top-level-describe': 'off',
      'jest/no-disabled-tests': 'error',
      'jest/no-export': 'off',
      'jest/valid-title': ['error', { ignoreTypeOfDescribeName: true }],
    },
  },
  {
    // These stand outside the layers and speak to a person.
    files: ['tools/**/*.mjs', 'tools/**/*.ts', '**/bench/**/*.ts', 'libs/*/wasm/*.ts'],
    rules: {
      'no-console': 'off',
      'ccd/env-in-config-only': 'off',
      'ccd/exit-in-main-only': 'off',
      '@nx/enforce-module-boundaries': 'off',
    },
  },
);

// eslint asks for a default export of its configuration.
export default config;
