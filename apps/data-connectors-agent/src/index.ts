export { configSchema } from './config.ts';
export { agentName, startDataConnectorsAgent } from './start-data-connectors-agent.ts';
