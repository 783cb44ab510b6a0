export { describeBootstrap } from './bootstrap/describe-bootstrap.ts';
export type { Bootstrap } from './bootstrap/first-start.ts';
export { configSchema } from './config.ts';
export type { ControlPlaneConfig } from './config.ts';
export { startControlPlane } from './start-control-plane.ts';
export type { RunningControlPlane } from './start-control-plane.ts';
