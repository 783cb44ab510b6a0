export { configSchema } from './config.ts';
export type { GatewayConfig } from './config.ts';
export { startEventGateway } from './start-event-gateway.ts';
export type { GatewayDependencies, RunningGateway } from './start-event-gateway.ts';
