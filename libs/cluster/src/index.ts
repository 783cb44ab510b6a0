export type * from './port.ts';
export { clusterOptionsSchema, connectCluster } from './connect-cluster.ts';
export type { ClusterOptions, ClusterRuntime } from './connect-cluster.ts';
export {
  AlreadyExistsError,
  ClusterUnavailableError,
  ConflictError,
  DeniedError,
  FolderInUseError,
  InvalidSpecError,
  NotKeptError,
  StillEndingError,
} from './errors.ts';
export type { ClusterObjectKind } from './errors.ts';
export { connectKubernetesCluster } from './kubernetes/connect-kubernetes-cluster.ts';
export type { KubernetesClusterOptions } from './kubernetes/connect-kubernetes-cluster.ts';
export { connectAgents } from './connect-agents.ts';
export type { AgentsPlace } from './connect-agents.ts';
export type { KeptAgent, KeptAgents } from './kept-agents.ts';
export { ConnectionError } from './kubernetes/connection/connection.ts';
export type { Access, Connection } from './kubernetes/connection/connection.ts';
export { podAdditions } from './kubernetes/template/pod-additions.ts';
export { InvalidTemplateError, parseTemplate } from './kubernetes/template/read-template.ts';
export type { WorkloadTemplate } from './kubernetes/template/template-schema.ts';
export { connectLocalCluster } from './local/connect-local-cluster.ts';
export { openLocalAgents } from './local/local-agents.ts';
export type { LocalClusterOptions, Programs, WorkloadLog } from './local/connect-local-cluster.ts';
export type { Program } from './local/launch.ts';
export {
  createGuardRecordStore,
  createReleaseSource,
  createSnapshotStore,
  secretReferenceCodec,
  workloadSpecCodec,
} from './resources/documents.ts';
export type { SpecCodec } from './resources/documents.ts';
export type { ActualAndApplier } from './resources/owned-objects.ts';
export { createWorkloadResources } from './resources/workload-resources.ts';
export type {
  ClusterResources,
  SecretReference,
  WorkloadResources,
  WorkloadResourcesOptions,
} from './resources/workload-resources.ts';
