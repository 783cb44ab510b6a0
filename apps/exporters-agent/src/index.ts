export { configSchema } from './config.ts';
export { agentName, startExportersAgent } from './start-exporters-agent.ts';
