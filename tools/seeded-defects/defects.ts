/** A mistake that the suite has to notice: a text of one file, and what somebody might have written instead. */
export interface Defect {
  readonly name: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly text: string;
  readonly replacement: string;
  /** The test files of which one has to fail. */
  readonly caughtBy: readonly string[];
  /** Runs only these of their tests (a regular expression on titles). */
  readonly titles?: string;
  /** Caught where power cuts are possible. */
  readonly needsPowerCuts?: true;
}

const powerCuts = { caughtBy: ['apps/standalone/src/power-cut.it.test.ts'], needsPowerCuts: true } as const;

export const defects: readonly Defect[] = [
  {
    name: 'the gateway acknowledges before the log has the event',
    file: 'apps/event-gateway/src/accept-event.ts',
    text: 'return batching.append({ topic, key: Buffer.from(keyLink), value }).then(toAccepted);',
    replacement: `batching.append({ topic, key: Buffer.from(keyLink), value }).catch(() => {});
    return Promise.resolve(toAccepted());`,
    caughtBy: ['apps/event-gateway/src/event-gateway.test.ts'],
  },
  {
    name: 'an event is encrypted with a key before that is durable',
    file: 'libs/keystore/src/create-key-store.ts',
    text: "await guarded('the journal did not store a new key', () => journal.append(entry));",
    replacement:
      "void guarded('the journal did not store a new key', () => journal.append(entry)).catch(() => {});",
    caughtBy: ['libs/keystore/src/create-key-store.test.ts'],
  },
  {
    name: 'fields are stored in clear text',
    file: 'apps/event-gateway/src/accept-event.ts',
    text: '      cipher.encrypt(text),\n',
    replacement: '      cipher.constructor === Object ? cipher.encrypt(text) : text,\n',
    caughtBy: ['apps/event-gateway/src/event-gateway.test.ts'],
  },
  {
    name: 'the exporter commits the end of an object before it writes it',
    file: 'apps/batch-exporter/src/partition-export.ts',
    text: '    if (this.#lines > 0) {\n      try {',
    replacement:
      '    await this.#options.consumer.commit([\n' +
      '      { ...this.#options.partition, offset: plan.end, metadata: doneMetadata(plan.boundary) },\n' +
      '    ]);\n    if (this.#lines > 0) {\n      try {',
    caughtBy: ['apps/batch-exporter/src/partition-export.test.ts'],
  },
  {
    name: 'the exporter writes no plan first',
    file: 'apps/batch-exporter/src/partition-export.ts',
    text: 'await consumer.commit([{ ...partition, offset: plan.start, metadata: planMetadata(plan) }]);',
    replacement: 'void consumer;\n    void planMetadata;',
    caughtBy: ['apps/batch-exporter/src/partition-export.test.ts'],
  },
  {
    name: 'an object takes the place of somebody else’s',
    file: 'libs/storage/src/folder/publish.ts',
    text: '    await link(temporary, target);',
    replacement: '    await rename(temporary, target);',
    caughtBy: ['libs/storage/src/folder/folder-store.test.ts'],
  },
  {
    name: 'the engine answers a repeated write by writing again',
    file: 'libs/eventlog/src/embedded/store/outcomes.ts',
    text: 'if (stored === sequence) return',
    replacement: 'if (stored === -1) return',
    caughtBy: ['libs/eventlog/src/embedded'],
  },
  {
    name: 'a transaction does not hold its offsets',
    file: 'libs/eventlog/src/embedded/engine/request-handler.ts',
    text: '      offsets.put(request.group, request.offsets);\n      return {};\n    });\n  }\n\n  return',
    replacement: '      return {};\n    });\n  }\n\n  return',
    caughtBy: ['libs/eventlog/src/testing/memory-log.test.ts'],
  },
  {
    name: 'an older producer of a transactional id is not fenced',
    file: 'libs/eventlog/src/embedded/store/transactions.ts',
    text: 'if (current(transactionalId) !== epoch) throw',
    replacement: 'if (epoch < 0) throw',
    caughtBy: ['libs/eventlog/src/testing/memory-log.test.ts'],
  },
  {
    name: 'the event log does not sync its commits',
    file: 'libs/eventlog/src/embedded/store/open-database.ts',
    text: 'PRAGMA synchronous = FULL;',
    replacement: 'PRAGMA synchronous = NORMAL;',
    titles: 'the engine promised',
    ...powerCuts,
  },
  {
    name: 'the database of the control plane does not sync its commits',
    file: 'apps/control-plane/src/database/durable-node-fs.ts',
    text: '        fsyncSync(nfd);\n',
    replacement: '        void fsyncSync;\n        void nfd;\n',
    titles: 'the control plane confirmed',
    ...powerCuts,
  },
  {
    name: 'the name of a saved document is not synced',
    file: 'libs/dataplane/src/json-file.ts',
    text: '      await syncFolder(dirname(path));\n',
    replacement: '',
    titles: 'document',
    ...powerCuts,
  },
  {
    name: 'the content of an object is not synced',
    file: 'libs/storage/src/folder/publish.ts',
    text: '    await handle.sync();\n',
    replacement: '',
    titles: 'object',
    ...powerCuts,
  },
  {
    name: 'deletions by absence pass without limit',
    file: 'libs/reconcile/src/guard.ts',
    text: "return exceeded === undefined ? allow('WithinLimit') : withhold(exceeded);",
    replacement: "return exceeded === undefined ? allow('WithinLimit') : allow('WithinLimit');",
    caughtBy: ['libs/reconcile/src/guard.test.ts'],
  },
  {
    name: 'a decrypter lets go of a stream whose deletion is withheld',
    file: 'libs/reconcile/src/held-updates.ts',
    text: 'if (reason !== undefined) held.set(key, reason);',
    replacement: 'if (reason === undefined) held.delete(key);',
    caughtBy: ['libs/reconcile/src/carry-out.test.ts'],
  },
  {
    name: 'an answer with a wrong digest is taken',
    file: 'libs/controlplane/src/snapshot/whole-answer.ts',
    text: 'if (metadata !== undefined && metadata.digest !== digestAnswer(message)) {',
    replacement: 'if (metadata !== undefined && metadata.digest === digestAnswer(Buffer.from(operation))) {',
    caughtBy: ['libs/controlplane/src/snapshot'],
  },
  {
    name: 'objects of others are taken for ours',
    file: 'libs/cluster/src/resources/owned-objects.ts',
    text: '    entry !== undefined &&\n    (entry.uid',
    replacement: '    entry === undefined ||\n    (entry.uid',
    caughtBy: ['libs/cluster/src/resources'],
  },
  {
    name: 'a topic goes before its grace period is over',
    file: 'libs/eventlog/src/ownership/owned-topics.ts',
    text: 'topic.tombstone.removableAt <= Math.min(...times())',
    replacement: 'topic.tombstone.since <= Math.min(...times())',
    caughtBy: ['libs/eventlog/src/ownership'],
  },
  {
    name: 'a topic of somebody else is adopted',
    file: 'libs/eventlog/src/ownership/owned-topics.ts',
    text: '        if (live) throw new ForeignTopicError(spec.name);\n',
    replacement: "        if (live) return record({ state: 'live', id: live.id, spec }, live);\n",
    caughtBy: ['libs/eventlog/src/ownership'],
  },
  {
    name: 'consent is read the other way round',
    file: 'libs/contracts/src/consent.ts',
    text: 'rule.levels.every((level) => consents.includes(level))',
    replacement: 'consents.every((level) => rule.levels.includes(level))',
    caughtBy: ['libs/contracts/src/consent.test.ts'],
  },
  {
    name: 'a field of another purpose is decrypted',
    file: 'libs/contracts/src/consent.ts',
    text: 'rule.levels.includes(purposeLevel)',
    replacement: 'rule.levels.some((level) => level >= purposeLevel)',
    caughtBy: ['libs/contracts/src/consent.test.ts'],
  },
  {
    name: 'fields are masked with another seed',
    file: 'apps/decrypter/src/derive-event.ts',
    text: 'createMask(masking.seed)',
    replacement: "createMask('')",
    caughtBy: ['apps/decrypter/src/decrypter.test.ts'],
  },
  {
    name: 'the audience of a token is not looked at',
    file: 'libs/dataplane/src/stream-tokens.ts',
    text: '      audience,\n    });',
    replacement: '    });\n    void audience;',
    caughtBy: ['libs/dataplane/src/stream-tokens.test.ts'],
  },
  {
    name: 'a token need not end',
    file: 'libs/dataplane/src/stream-tokens.ts',
    text: 'currentDate: new Date(clock.now()),',
    replacement: 'currentDate: new Date(0),',
    caughtBy: ['libs/dataplane/src/stream-tokens.test.ts'],
  },
  {
    name: 'a decrypter skips what it cannot decrypt',
    file: 'apps/decrypter/src/derive-records.ts',
    text: 'return { records: output.take(), erased, blockage: toBlockage(record, error) };',
    replacement: 'void toBlockage(record, error);',
    caughtBy: ['apps/decrypter/src/decrypter.test.ts'],
  },
  {
    name: 'credentials of a removed secret stay on the disk after a crash',
    file: 'libs/cluster/src/local/secret-files.ts',
    text: '  for (const name of await namesIn(root)) await tidy(join(root, name));\n',
    replacement: '',
    caughtBy: ['libs/cluster/src/local/secret-files.test.ts'],
  },
  {
    name: 'the registry takes a schema for unknown while the control plane is away',
    file: 'apps/schema-registry/src/schema-lookup.ts',
    text: "throw tryAgain('The control plane does not say what this schema is; try again');",
    replacement: 'return undefined;',
    caughtBy: ['apps/schema-registry/src/schema-lookup.test.ts'],
  },
  {
    name: 'a count is done before the control plane has it',
    file: 'apps/usage-forwarder/src/follow-marks.ts',
    text: 'for (const mark of newestMarks(records, installationId)) await reporter.report(mark, lost);\n          await consumer.commit([{ topic, partition, offset: nextOffset }]);',
    replacement:
      'await consumer.commit([{ topic, partition, offset: nextOffset }]);\n          for (const mark of newestMarks(records, installationId)) await reporter.report(mark, lost);',
    caughtBy: ['apps/usage-forwarder/src/start-usage-forwarder.test.ts'],
  },
  {
    name: 'a count that is reported twice counts twice',
    file: 'apps/control-plane/src/usage/usage-service.ts',
    text: 'assertCountedUpTo(total, call.metadata);',
    replacement: 'void assertCountedUpTo;',
    caughtBy: ['apps/control-plane/src/usage/usage.it.test.ts'],
  },
  {
    name: 'a counter that may have moved is taken for known',
    file: 'apps/usage-forwarder/src/report-mark.ts',
    text: '        counters.delete(uuid);\n',
    replacement: '',
    caughtBy: ['apps/usage-forwarder/src/report-mark.test.ts'],
  },
  {
    name: 'a name is looked up again for the connection, after it was checked',
    file: 'libs/storage/src/network/guarded-agents.ts',
    text: 'connect({ ...options, lookup: guard.lookup })',
    replacement: 'connect(options)',
    caughtBy: ['libs/storage/src/network/guarded-agents.test.ts'],
  },
  {
    name: 'a container in the URI of an account passes for the account',
    file: 'libs/storage/src/azure/azure-account.ts',
    text: "url: `${url.origin}${url.pathname.replace(/\\/$/, '')}`,",
    replacement: 'url: url.origin,',
    caughtBy: ['libs/dataplane/src/guardrails/guardrails.test.ts'],
  },
  {
    name: 'the URI of a database may have any property',
    file: 'libs/storage/src/database/server-uri.ts',
    text: 'if (!known.includes(name)) {',
    replacement: "if (!known.includes(name) && name === '') {",
    caughtBy: ['libs/storage/src/database/parse-database-uri.test.ts'],
  },
  {
    name: 'a database may send without end',
    file: 'libs/storage/src/database/over-socket.ts',
    text: 'if (socket.bytesRead <= mostBytes) return;',
    replacement: 'if (socket.bytesRead >= 0 || mostBytes < 0) return;',
    caughtBy: ['libs/storage/src/database/prove-database.test.ts'],
    titles: 'answer can have',
  },
];
