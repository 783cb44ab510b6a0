export { createPublishedKeys, InvalidKeySetError } from './published-keys.ts';
export { createStreamTokens, KeySetUnavailableError, TokenRefusedError } from './stream-tokens.ts';
export type { KeySetSource, StreamTokenOptions, StreamTokens } from './stream-tokens.ts';
export { createClientStreams } from './client-streams.ts';
export type { ClientStreams, ClientStreamsOptions } from './client-streams.ts';
export { createClientStreamsFile } from './client-streams-file.ts';
export { createJsonFile } from './json-file.ts';
export type { JsonFile } from './json-file.ts';
export {
  cacheSettings,
  controlPlaneSettings,
  instanceSettings,
  toControlPlaneOptions,
  toInstanceId,
  toIssuerOptions,
} from './settings.ts';
export { decrypterSettings, exporterSettings } from './worker-settings.ts';
export { eventLogSettings, toEventLogOptions } from './event-log-settings.ts';
export {
  keySecretSettings,
  keyStoreSettings,
  toKeyIndexEngine,
  toKeyStoreSecrets,
} from './key-store-settings.ts';
export type { KeyIndexEngine } from './key-store-settings.ts';
export {
  connectorSecretName,
  decrypterTaskSchema,
  exporterTaskSchema,
  locationEntry,
  taskFile,
  topicsAnnotation,
  topicsOf,
} from './tasks.ts';
export type { DecrypterTask, ExporterTask } from './tasks.ts';
export { decodeUsageMark, encodeUsageMark, usageSettings } from './usage/usage-mark.ts';
export type { UsageMark } from './usage/usage-mark.ts';
export { createKeyJournal, keyTopicOf, streamOfKeyTopic } from './key-journal.ts';
export { openKeyStore } from './open-key-store.ts';
export { createRecordReader, isUnreadable, UnexplainedRecordError } from './record-reader.ts';
export type { ReadEvent, RecordReader } from './record-reader.ts';
export { createLogWatch } from './log-watch.ts';
export type { LogWatchOptions } from './log-watch.ts';
export { InvalidTaskError, readTask } from './read-task.ts';
export {
  DeadLettersUnreadableError,
  deadLetterSettings,
  deadLetterTopicOf,
  loadDeadLetterDecisions,
} from './dead-letters.ts';
export type { DeadLetterDecision } from './dead-letters.ts';
export type { LiveStatus } from './agent/entity-states.ts';
export { createPartitionsStatus } from './partitions-status.ts';
export type { PartitionsStatus } from './partitions-status.ts';
export { createGrowingPause } from './growing-pause.ts';
export type { GrowingPause } from './growing-pause.ts';
export { createWork, createWorkerStatus } from './run-worker.ts';
export type { WorkerStatus, WorkOptions } from './run-worker.ts';
export {
  guardrailSettings,
  GuardrailsUnreadableError,
  loadGuardrails,
  refuseConsent,
  refuseContent,
  refuseLocation,
} from './guardrails/guardrails.ts';
export type { Guardrails } from './guardrails/guardrails.ts';
export { BeyondGuardrailsError, keepWithin } from './guardrails/keep-within.ts';
export { planResources } from './agent/agent-plan.ts';
export type { AgentPlan, EntityIdentity, PlannedResource, RefusedResource } from './agent/agent-plan.ts';
export { clusterSettings, toClusterOptions } from './agent/cluster-settings.ts';
export { agentSettings } from './agent/settings.ts';
export { workerLogSettings } from './agent/worker-log.ts';
export type { AgentConfig } from './agent/settings.ts';
export { startAgent } from './agent/start-agent.ts';
export type { AgentDependencies, AgentOptions } from './agent/start-agent.ts';
export { decrypterKind } from './streams/decrypters.ts';
export { createStreamResources, dependsOn, streamSpecCodec } from './streams/resources.ts';
export type { StreamLive, StreamResources, StreamResourcesOptions, StreamSpec } from './streams/resources.ts';
export { shareLook } from './streams/shared-look.ts';
export type { SharedLook } from './streams/shared-look.ts';
export { createStreamPlanner } from './streams/stream-planner.ts';
export type { StreamPlannerOptions } from './streams/stream-planner.ts';
export { createTopicCollector } from './streams/topic-collector.ts';
export type { TopicCollector, TopicCollectorOptions } from './streams/topic-collector.ts';
export { topicKind } from './streams/topics.ts';
export { networkSettings, storageSettings, toNetworkOptions, toStorageOptions } from './storage-settings.ts';
