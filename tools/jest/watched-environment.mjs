import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { TestEnvironment } from 'jest-environment-node';
import { createOutputWatch } from '../../libs/testkit/src/secrets/output-watch.ts';
import { watchingSpawn } from '../../libs/testkit/src/secrets/watch-processes.ts';

// One worker of jest runs one test file at a time.
let watch;
childProcess.spawn = watchingSpawn(childProcess.spawn, () => watch);
syncBuiltinESMExports();

/** Where tests run: no process that one of them starts may print a secret that it was given, or that a test planted. */
export default class WatchedEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    watch = createOutputWatch();
    this.global[Symbol.for('ccd.watchedSecrets')] = (name, value) => watch.addSecret(name, value);
  }

  async teardown() {
    const leaks = watch?.leaks() ?? [];
    watch = undefined;
    await super.teardown();
    if (leaks.length > 0) throw new Error(`processes have said what they must not:\n${leaks.join('\n')}`);
  }
}
