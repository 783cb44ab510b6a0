import { z } from 'zod';
import { kafkaSecurityOptions } from './security/options.ts';
import type { BrokerAddress } from './wire/broker-connection.ts';
import { compressions } from './wire/encode-batch.ts';

const address = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/@[\],]+)):(\d{1,5})$/;

/** `host:port` pairs between commas; an IPv6 address stands in brackets. */
const bootstrapServers = z.string().transform((text, context): readonly BrokerAddress[] => {
  const found = text.split(',').map((each) => {
    const match = address.exec(each.trim());
    const [host, port] = [match?.[1] ?? match?.[2], Number(match?.[3])];
    return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
  });
  const addresses = found.filter((each) => each !== undefined);
  if (addresses.length === found.length) return addresses;
  context.addIssue({ code: 'custom', message: 'must be host:port pairs between commas' });
  return z.NEVER;
});

export const kafkaOptions = z.strictObject({
  engine: z.literal('kafka'),
  bootstrapServers,
  /** What brokers write into their logs and count quotas by. */
  clientId: z.string().min(1).max(249).default('ccd'),
  security: kafkaSecurityOptions.default({ protocol: 'PLAINTEXT' }),
  /** Of topics that are made; absent: the brokers' default. */
  replicationFactor: z.number().int().positive().max(32_767).optional(),
  /** Of topics that are made: so many replicas have a record before it counts as stored; absent: 2 of three and more. */
  minInsyncReplicas: z.number().int().positive().max(32_767).optional(),
  compression: z.enum(compressions).default('none'),
  /** How long records wait for company when nothing is under way; they do so anyway while a batch is. */
  lingerMs: z.number().int().nonnegative().max(1_000).default(0),
  /** How long a request is retried, and an outage borne, before LogUnavailableError. */
  deadlineMs: z.number().int().positive().default(10_000),
  /** A member of a group that is silent for so long loses its partitions. */
  sessionTimeoutMs: z.number().int().min(1_000).default(10_000),
});

export type KafkaOptions = z.infer<typeof kafkaOptions>;
