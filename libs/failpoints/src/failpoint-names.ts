/** Every failpoint, by component: `<component>.<before|after><Step>`. The fault harness visits each of them. */
export const failpointNames = [
  // The embedded engine: one transaction of the event log and the key tables.
  'engine.beforeCommit',
  'engine.afterCommit',
  // Clients of the event log, once the engine has said that it is stored.
  'eventlog.afterAppendReply',
  'eventlog.afterTransactionReply',
  'eventlog.afterOffsetsReply',
  // The key store: a new session key.
  'keystore.beforeJournal',
  'keystore.afterJournal',
  'keystore.afterClaim',
  // The gateway: one event.
  'gateway.beforeProduce',
  'gateway.afterProduce',
  // The decrypter: one batch of a partition.
  'decrypter.beforeTransaction',
  'decrypter.afterTransaction',
  // The batch exporter: one object.
  'exporter.beforePlan',
  'exporter.afterPlan',
  'exporter.afterPut',
  'exporter.afterEnd',
  // The folder as an object store: one object.
  'storage.afterWrite',
  'storage.beforePublish',
  'storage.afterPublish',
  'storage.afterFolderSync',
  // The local cluster: documents, workload specs and secrets as files, and processes.
  'cluster.beforeReplace',
  'cluster.afterReplace',
  'cluster.beforeSecretLink',
  'cluster.afterSecretLink',
  'cluster.afterRemove',
  'cluster.afterSpawn',
  // What an agent records of the objects that it makes.
  'inventory.afterIntent',
  'inventory.afterCreate',
  'inventory.afterObjectRemoved',
  // What the streams agent records of the topics that it makes.
  'registry.afterCreateIntent',
  'registry.afterTopicCreated',
  'registry.afterRecord',
  'registry.afterTombstone',
  'registry.afterDeleteIntent',
  'registry.afterTopicDeleted',
  // The control plane: one transaction, and the answer to the call that asked for it.
  'controlPlane.beforeCommit',
  'controlPlane.afterCommit',
  'controlPlane.beforeReply',
  // The usage forwarder: one report.
  'usage.afterReport',
] as const;

export type FailpointName = (typeof failpointNames)[number];
