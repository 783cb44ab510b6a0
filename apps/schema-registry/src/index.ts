export { configSchema } from './config.ts';
export type { SchemaRegistryConfig } from './config.ts';
export { startSchemaRegistry } from './start-schema-registry.ts';
export type { RunningSchemaRegistry, SchemaRegistryDependencies } from './start-schema-registry.ts';
