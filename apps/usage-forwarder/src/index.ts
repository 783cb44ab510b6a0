export { configSchema } from './config.ts';
export type { UsageForwarderConfig } from './config.ts';
export { startUsageForwarder } from './start-usage-forwarder.ts';
export type { UsageForwarderDependencies } from './start-usage-forwarder.ts';
