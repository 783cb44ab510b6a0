export type * from './port.ts';
export { clusterOptionsSchema, connectCluster } from './connect-cluster.ts';
export type { ClusterOptions, ClusterRuntime } from './connect-cluster.ts';
export {
  AlreadyExistsError,
  ClusterUnavailableError,
  ConflictError,
  FolderInUseError,
  InvalidSpecError,
} from './errors.ts';
export type { ClusterObjectKind } from './errors.ts';
export { connectLocalCluster } from './local/connect-local-cluster.ts';
export type { LocalClusterOptions, Programs, WorkloadLog } from './local/connect-local-cluster.ts';
export type { Program } from './local/launch.ts';
export { listLocalAgents, openLocalAgentState, releaseOnLocalCluster } from './local/local-agents.ts';
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
