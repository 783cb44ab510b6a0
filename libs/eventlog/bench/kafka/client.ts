export const clientNames = ['ours', '@platformatic/kafka', 'kafkajs'] as const;

export type ClientName = (typeof clientNames)[number];

/** A Kafka client under measurement; each does the same with the same settings. */
export interface MeasuredClient {
  /** Sends `calls` times `size` records, one call after the other, each to one partition of four; acks=all, idempotent. */
  produce(topic: string, calls: number, size: number): Promise<void>;
  /** Reads the topic from its beginning until `count` records have come. */
  consume(topic: string, count: number): Promise<void>;
  /** Reads `count` records and writes them to the other topic, 500 and the offset behind them in one transaction. */
  copy(source: string, target: string, count: number): Promise<void>;
}

export const key = Buffer.alloc(36, 'k');
export const value = Buffer.alloc(264, 'v');
export const partitions = 4;
export const recordsPerTransaction = 500;
