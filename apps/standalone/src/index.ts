export { startStandalone } from './start-standalone.ts';
export type { RunningStandalone, StandaloneDependencies, StandaloneOptions } from './start-standalone.ts';
