import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileContract } from '@ccd/contracts';
import { pageViewOf, pageViews } from '@ccd/contracts/testing';
import { createRecordReader, openKeyStore } from '@ccd/dataplane';
import type { KeyIndexEngine, RecordReader } from '@ccd/dataplane';
import { connectEmbeddedLog } from '@ccd/eventlog';
import type { EventLog } from '@ccd/eventlog';
import { spawnEngine } from '@ccd/eventlog/testing';
import { createLocalKeyWrapper } from '@ccd/keystore';
import type { RebuildableKeyStore } from '@ccd/keystore';
import { createFieldCiphers, createCipherCache, generateKeyset, keysetToJson } from '@ccd/privacy';
import { systemClock as clock } from '@ccd/reconcile';
import { onOtherCore } from '@ccd/testkit/bench';

export const streamId = 'bench';
export const sourceTopic = 'stream-bench';
export const partitions = 4;

/** What stands behind a stream. */
export interface StreamEngines {
  readonly log: EventLog;
  /** Where session keys are looked up. */
  readonly index: KeyIndexEngine;
  close(): Promise<void>;
}

/** A source stream with encrypted events. */
export interface SourceStream {
  readonly log: EventLog;
  readonly keys: RebuildableKeyStore;
  readonly reader: RecordReader;
  /** Appends events as the gateway would. */
  fill(events: number): Promise<void>;
  close(): Promise<void>;
}

const dayMs = 86_400_000;
const eventsPerAppend = 500;

/** The embedded engine, which has a process and a core of its own. */
export async function startEmbeddedEngines(): Promise<StreamEngines> {
  const folder = mkdtempSync(join(tmpdir(), 'ccd-bench-'));
  const engine = await spawnEngine(folder, onOtherCore);
  const log = await connectEmbeddedLog({ socketPath: engine.socketPath, clock });
  return {
    log,
    index: { engine: 'embedded' },
    async close() {
      await log.close();
      await engine.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function createSourceStream(engines: StreamEngines): Promise<SourceStream> {
  const { log, index } = engines;
  await log.admin.createTopic({ name: sourceTopic, partitions, config: { cleanup: 'delete' } });
  await log.admin.createTopic({ name: `keys-${streamId}`, partitions: 1, config: { cleanup: 'compact' } });
  const secrets = {
    lookupSecret: Buffer.alloc(32, 'l'),
    wrapper: createLocalKeyWrapper({ primary: { id: 'bench', key: Buffer.alloc(32, 'k') } }),
  };
  const keys = await openKeyStore(log, { index, secrets, clock });
  const producer = await log.createProducer();
  const contract = compileContract(pageViews);
  const ciphers = createCipherCache({ ciphers: createFieldCiphers() });
  let filled = 0;

  async function eventOf(index: number) {
    const read = contract.bytes?.read(contract.schema.encode(pageViewOf(index)));
    if (contract.bytes === undefined || read === undefined) throw new TypeError('an Avro contract has bytes');
    const session = contract.bytes.keyFieldValue(read) ?? '';
    const { key } = await keys.currentKey({ streamId, keyFieldValue: session }, () => ({
      keyLink: randomUUID(),
      keyset: keysetToJson(generateKeyset()),
      createdAt: clock.now(),
      rotatesAt: clock.now() + dayMs,
      policyId: '',
      expiresAt: clock.now() + dayMs,
    }));
    const cipher = ciphers.of(key);
    const stamp = { nonce: index, timestamp: clock.now(), keyLink: key.keyLink };
    return {
      topic: sourceTopic,
      key: Buffer.from(key.keyLink),
      value: contract.bytes.seal(read, stamp, (text) => cipher.encrypt(text)),
    };
  }

  return {
    log,
    keys,
    reader: createRecordReader({
      contract: async (ref) => (ref === pageViews.ref ? pageViews : undefined),
      known: (ref) => (ref === pageViews.ref ? pageViews : undefined),
      schemaById: async () => pageViews.schema.definition,
    }),
    async fill(events) {
      for (const end = filled + events; filled < end;) {
        const next = Math.min(end, filled + eventsPerAppend);
        const indexes = Array.from({ length: next - filled }, (_, index) => filled + index);
        await producer.append(await Promise.all(indexes.map(eventOf)));
        filled = next;
      }
    },
    async close() {
      ciphers.clear();
      await keys.close();
      await engines.close();
    },
  };
}
