import { duplexPair } from 'node:stream';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock as clock } from '@ccd/reconcile';
import { createEmbeddedLog } from './client/connect-embedded-log.ts';
import type { EmbeddedLog } from './client/connect-embedded-log.ts';
import { createEngine } from './engine/engine.ts';
import type { Engine } from './engine/engine.ts';
import { openDatabase } from './store/open-database.ts';

/** Cuts the connection instead of delivering the first answer that holds `text`. */
function cutAt(text: string, stream: Duplex, onCut: () => void): void {
  const write = stream.write.bind(stream) as (chunk: Buffer) => boolean;
  stream.write = (chunk: Buffer) => {
    if (!chunk.includes(text)) return write(chunk);
    onCut();
    stream.destroy();
    return false;
  };
}

describe('a write whose answer is lost', () => {
  let engine: Engine;
  let log: EmbeddedLog;
  let cutting: string | undefined;
  let cuts = 0;

  beforeEach(() => {
    cuts = 0;
    cutting = undefined;
    engine = createEngine(openDatabase(':memory:'), { clock });
    log = connect();
  });
  afterEach(async () => {
    await log.close();
    await engine.close();
  });

  function connect(): EmbeddedLog {
    return createEmbeddedLog({
      async open() {
        const [near, far] = duplexPair();
        if (cutting !== undefined) {
          cutAt(cutting, far, () => {
            cuts++;
            cutting = undefined;
          });
        }
        // The other half of a pair lives on when one is destroyed, unlike a socket.
        far.on('close', () => near.destroy());
        engine.accept(far);
        return near;
      },
      clock,
      deadlineMs: 5_000,
      heartbeatMs: undefined,
    });
  }

  async function withLostAnswer<T>(text: string, use: (log: EmbeddedLog) => Promise<T>): Promise<T> {
    cutting = text;
    const victim = connect();
    const result = await use(victim);
    expect(cuts).toBe(1);
    await victim.close();
    return result;
  }

  const spec = { name: 'events', partitions: 1, config: { cleanup: 'delete' } } as const;
  const record = { topic: 'events', key: null, value: Buffer.from('a') };

  it('is an append that is stored once', async () => {
    await log.admin.createTopic(spec);
    const positions = await withLostAnswer('positions', async (victim) => {
      const producer = await victim.createProducer();
      return producer.append([record, record]);
    });
    expect(positions.map(({ offset }) => offset)).toEqual([0, 1]);
    await expect(log.admin.bounds('events')).resolves.toMatchObject([{ latest: 2 }]);
  });

  it('is a transaction that is committed once', async () => {
    await log.admin.createTopic(spec);
    const transaction = {
      records: [record],
      group: 'g',
      offsets: [{ topic: 'events', partition: 0, offset: 5 }],
    };
    const producerOf = (victim: EmbeddedLog) => victim.createTransactionalProducer('id');
    await withLostAnswer('"id":2', async (victim) => (await producerOf(victim)).commit(transaction));
    await expect(log.admin.bounds('events')).resolves.toMatchObject([{ latest: 1 }]);
    await expect(log.admin.committed('g', 'events')).resolves.toMatchObject([{ offset: 5 }]);
  });

  it('is a topic that was created, and no conflict', async () => {
    const created = await withLostAnswer('events', (victim) => victim.admin.createTopic(spec));
    await expect(log.admin.describeTopic('events')).resolves.toEqual(created);
  });

  it('is a conditional write that took place, and says so', async () => {
    const put = [{ key: 'k', value: Buffer.from('v') }];
    const write = (victim: EmbeddedLog) =>
      victim.table('t').write({ expect: [{ key: 'k', value: null }], put });
    await expect(withLostAnswer('written', write)).resolves.toBe(true);
    await expect(write(log)).resolves.toBe(false);
  });
});
