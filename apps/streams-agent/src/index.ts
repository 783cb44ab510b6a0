export { configSchema } from './config.ts';
export type { StreamsAgentConfig } from './config.ts';
export { agentName, startStreamsAgent } from './start-streams-agent.ts';
export type { StreamsAgentDependencies } from './start-streams-agent.ts';
