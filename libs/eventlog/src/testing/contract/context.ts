import { randomUUID } from 'node:crypto';
import type * as jestGlobals from '@jest/globals';
import type {
  Consumer,
  ConsumerHandlers,
  ConsumerOptions,
  EventLog,
  RecordToAppend,
  StoredRecord,
  TopicConfig,
} from '../../port.ts';

// The globals of jest and not its module, which cannot be loaded outside a test: benches and demos import this entry too.
declare const { afterEach, beforeEach }: typeof jestGlobals;

/** What the suite needs of an engine. */
export interface EventLogHarness {
  /** A new connection, as another process would have. */
  connect(): Promise<EventLog>;
  /** The retention that the suite's topics get: as short as it must be where time cannot be moved. */
  readonly retentionMs: number;
  /**
   * Lets `ms` pass for the engine and what it does about retention and compaction take place, or begin to. Where time
   * cannot be moved, that may be less for what the engine does at any age (compaction), and not for retention.
   */
  age(ms: number): Promise<void>;
  close(): Promise<void>;
}

export interface RunningConsumer {
  readonly consumer: Consumer;
  readonly records: StoredRecord[];
  /** Settles with the run. */
  readonly done: Promise<void>;
  readonly stop: () => Promise<void>;
}

/** What every test starts from: an engine of the suite's and a connection of its own. */
export interface ContractContext {
  readonly log: EventLog;
  connect(): Promise<EventLog>;
  readonly retentionMs: number;
  age(ms: number): Promise<void>;
  /** A topic of a name of its own. */
  topic(partitions?: number, config?: TopicConfig): Promise<string>;
  append(topic: string, ...values: string[]): Promise<void>;
  /** Runs a consumer until the test ends; `handlers` override the ones that collect records. Resolves once assigned. */
  consume(
    options: Partial<ConsumerOptions> & Pick<ConsumerOptions, 'topics'>,
    handlers?: Partial<ConsumerHandlers>,
    on?: EventLog,
  ): Promise<RunningConsumer>;
}

export function createContext(start: () => Promise<EventLogHarness>): ContractContext {
  let harness: EventLogHarness;
  let log: EventLog;
  const stops: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    harness = await start();
    log = await harness.connect();
  });
  afterEach(async () => {
    await Promise.all(stops.splice(0).map((stop) => stop()));
    await log.close();
    await harness.close();
  });

  return {
    get log() {
      return log;
    },
    async connect() {
      const another = await harness.connect();
      stops.push(() => another.close());
      return another;
    },
    get retentionMs() {
      return harness.retentionMs;
    },
    age: (ms) => harness.age(ms),
    async topic(partitions = 1, config = { cleanup: 'delete' }) {
      const name = `contract-${randomUUID()}`;
      await log.admin.createTopic({ name, partitions, config });
      return name;
    },
    async append(topic, ...values) {
      const producer = await log.createProducer();
      await producer.append(
        values.map((value) => ({ topic, partition: 0, key: null, value: Buffer.from(value) })),
      );
      await producer.close();
    },
    async consume(options, handlers = {}, on = log) {
      const consumer = await on.createConsumer({ startAt: 'earliest', ...options });
      const records: StoredRecord[] = [];
      const stopping = new AbortController();
      const assigned = Promise.withResolvers<undefined>();
      const done = consumer.run(
        {
          async onBatch(batch) {
            records.push(...batch.records);
          },
          ...handlers,
          async onAssigned(partitions) {
            await handlers.onAssigned?.(partitions);
            assigned.resolve(undefined);
          },
        },
        stopping.signal,
      );
      // Tests that expect an error await `done` themselves.
      done.catch(() => {});
      const stop = async (): Promise<void> => {
        stopping.abort();
        await done.catch(() => {});
      };
      stops.push(stop);
      await Promise.race([assigned.promise, done]);
      return { consumer, records, done, stop };
    },
  };
}

export function record(
  topic: string,
  value: string | null,
  rest: Partial<RecordToAppend> = {},
): RecordToAppend {
  return { topic, key: null, value: value === null ? null : Buffer.from(value), ...rest };
}

export function valuesOf(records: readonly StoredRecord[]): string[] {
  return records.map(({ value }) => String(value));
}
