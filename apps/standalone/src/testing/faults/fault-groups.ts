import type { FaultGroup } from './inject-faults.ts';

/**
 * Every failpoint, by the process that is sure to come by it while events flow and entities come and go.
 * Agents are killed at so many places that they seldom come by one twice in a life.
 */
export const faultGroups: readonly FaultGroup[] = [
  { passAtMost: 50, failpoints: ['engine.beforeCommit', 'engine.afterCommit'] },
  {
    passAtMost: 20,
    failpoints: [
      'gateway.beforeProduce',
      'gateway.afterProduce',
      'eventlog.afterAppendReply',
      'keystore.beforeJournal',
      'keystore.afterJournal',
      'keystore.afterClaim',
    ],
  },
  {
    passAtMost: 10,
    failpoints: [
      'decrypter.beforeTransaction',
      'decrypter.afterTransaction',
      'eventlog.afterTransactionReply',
    ],
  },
  {
    passAtMost: 5,
    failpoints: [
      'exporter.beforePlan',
      'exporter.afterPlan',
      'exporter.afterPut',
      'exporter.afterEnd',
      'storage.afterWrite',
      'storage.beforePublish',
      'storage.afterPublish',
      'storage.afterFolderSync',
      'eventlog.afterOffsetsReply',
    ],
  },
  { passAtMost: 2, failpoints: ['usage.afterReport'] },
  {
    passAtMost: 0,
    failpoints: [
      'cluster.beforeReplace',
      'cluster.afterReplace',
      'cluster.beforeSecretLink',
      'cluster.afterSecretLink',
      'cluster.afterRemove',
      'cluster.afterSpawn',
    ],
  },
  {
    passAtMost: 0,
    failpoints: ['inventory.afterIntent', 'inventory.afterCreate', 'inventory.afterObjectRemoved'],
  },
  {
    passAtMost: 0,
    failpoints: [
      'registry.afterCreateIntent',
      'registry.afterTopicCreated',
      'registry.afterRecord',
      'registry.afterTombstone',
      'registry.afterDeleteIntent',
      'registry.afterTopicDeleted',
    ],
  },
  {
    passAtMost: 3,
    // Clients try to reach it again every ten seconds at least.
    spare: { process: 'controlPlane', ms: 15_000 },
    failpoints: ['controlPlane.beforeCommit', 'controlPlane.afterCommit', 'controlPlane.beforeReply'],
  },
];
