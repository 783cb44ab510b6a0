export { alwaysLeads } from '../always-leads.ts';
export { describeClusterContract } from './cluster-contract.ts';
export type { ClusterUnderTest } from './cluster-contract.ts';
export type { FaultOptions } from './faults.ts';
export { createMemoryCluster } from './memory-cluster.ts';
export type {
  ClusterOperation,
  MemoryCluster,
  MemoryClusterOptions,
  MemoryProgram,
  MemoryWorkload,
} from './memory-cluster.ts';
export { secretSpec, workloadSpec } from './specs.ts';
