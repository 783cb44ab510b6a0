/** @type {import('jest').Config} */
const config = {
  // Two cores run many servers at once, and are three times slower on some days; what hangs is found all the same.
  testTimeout: 90_000,
  // Node never frees the modules of a test file that ended (they are ES modules in a context of their own): 4 GB in the
  // end, and no more memory. A limit also takes the tests out of the process that counts them.
  workerIdleMemoryLimit: '1.5GB',
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
