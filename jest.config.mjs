/** @type {import('jest').Config} */
const config = {
  // Two cores run many servers at once; what hangs is found all the same.
  testTimeout: 30_000,
  roots: ['<rootDir>/libs', '<rootDir>/apps', '<rootDir>/tools'],
  testMatch: ['**/*.test.ts', '**/*.test.mjs'],
  testEnvironment: '<rootDir>/tools/jest/watched-environment.mjs',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2024', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  transformIgnorePatterns: ['/node_modules/'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.cache', '<rootDir>/.nx'],
  setupFilesAfterEnv: ['<rootDir>/tools/jest/silent-console.mjs'],
  reporters: ['default', '<rootDir>/tools/jest/count-reporter.mjs'],
};

export default config;
