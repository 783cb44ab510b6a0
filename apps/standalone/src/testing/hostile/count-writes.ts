import type { Cluster } from '@ccd/cluster';
import type { EventLog } from '@ccd/eventlog';

/** Counts, at the engines, every write to what users own: not what agents keep for themselves. */
export interface CountedWrites<C extends Cluster, L extends EventLog> {
  readonly cluster: C;
  readonly log: L;
  /** `<operation> <name>` of each since the last call. */
  take(): readonly string[];
}

/** Puts counters between the agents and their engines. */
export function countWrites<C extends Cluster, L extends EventLog>(cluster: C, log: L): CountedWrites<C, L> {
  let writes: string[] = [];
  const note = (operation: string, name: string): void => {
    writes.push(`${operation} ${name}`);
  };
  return {
    cluster: {
      ...cluster,
      createWorkload: (spec) => (note('createWorkload', spec.name), cluster.createWorkload(spec)),
      updateWorkload: (spec, uid, kept) => (
        note('updateWorkload', spec.name),
        cluster.updateWorkload(spec, uid, kept)
      ),
      removeWorkload: (name, uid, kept) => (
        note('removeWorkload', name),
        cluster.removeWorkload(name, uid, kept)
      ),
      createSecret: (spec) => (note('createSecret', spec.name), cluster.createSecret(spec)),
      updateSecret: (spec, uid, kept) => (
        note('updateSecret', spec.name),
        cluster.updateSecret(spec, uid, kept)
      ),
      removeSecret: (name, uid, kept) => (note('removeSecret', name), cluster.removeSecret(name, uid, kept)),
    },
    log: {
      ...log,
      admin: {
        ...log.admin,
        createTopic: (spec) => (note('createTopic', spec.name), log.admin.createTopic(spec)),
        alterTopic: (name, config) => (note('alterTopic', name), log.admin.alterTopic(name, config)),
        deleteTopic: (name, id) => (note('deleteTopic', name), log.admin.deleteTopic(name, id)),
      },
      // Tombstones stand in the registry of topics, so that each record of it is a write as well.
      async createProducer() {
        const producer = await log.createProducer();
        return {
          ...producer,
          append(records) {
            for (const { topic, key } of records) note(`record in ${topic}`, key?.toString() ?? '');
            return producer.append(records);
          },
        };
      },
    },
    take() {
      const taken = writes;
      writes = [];
      return taken;
    },
  };
}
