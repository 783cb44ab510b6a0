import { ResponseError } from '@platformatic/kafka';
import { LogUnavailableError } from '../../errors.ts';

/** Kafka's error codes, as far as they are told apart here (org.apache.kafka.common.protocol.Errors). */
export const codes = {
  none: 0,
  offsetOutOfRange: 1,
  corruptMessage: 2,
  unknownTopicOrPartition: 3,
  leaderNotAvailable: 5,
  notLeaderOrFollower: 6,
  requestTimedOut: 7,
  replicaNotAvailable: 9,
  messageTooLarge: 10,
  offsetMetadataTooLarge: 12,
  networkException: 13,
  coordinatorLoadInProgress: 14,
  coordinatorNotAvailable: 15,
  notCoordinator: 16,
  invalidTopic: 17,
  recordListTooLarge: 18,
  notEnoughReplicas: 19,
  notEnoughReplicasAfterAppend: 20,
  illegalGeneration: 22,
  unknownMemberId: 25,
  rebalanceInProgress: 27,
  topicAuthorizationFailed: 29,
  groupAuthorizationFailed: 30,
  clusterAuthorizationFailed: 31,
  invalidTimestamp: 32,
  topicAlreadyExists: 36,
  invalidPartitions: 37,
  notController: 41,
  outOfOrderSequenceNumber: 45,
  invalidProducerEpoch: 47,
  invalidTxnState: 48,
  invalidProducerIdMapping: 49,
  concurrentTransactions: 51,
  transactionCoordinatorFenced: 52,
  transactionalIdAuthorizationFailed: 53,
  kafkaStorageError: 56,
  unknownProducerId: 59,
  nonEmptyGroup: 68,
  groupIdNotFound: 69,
  fencedLeaderEpoch: 74,
  unknownLeaderEpoch: 75,
  offsetNotAvailable: 78,
  memberIdRequired: 79,
  invalidRecord: 87,
  unstableOffsetCommit: 88,
  throttlingQuotaExceeded: 89,
  producerFenced: 90,
  unknownTopicId: 100,
  inconsistentTopicId: 103,
} as const;

/** Codes of a state that passes: the same request may succeed a little later, perhaps at another broker. */
const passing: ReadonlySet<number> = new Set([
  codes.unknownTopicOrPartition,
  codes.corruptMessage,
  codes.leaderNotAvailable,
  codes.notLeaderOrFollower,
  codes.requestTimedOut,
  codes.replicaNotAvailable,
  codes.networkException,
  codes.coordinatorLoadInProgress,
  codes.coordinatorNotAvailable,
  codes.notCoordinator,
  codes.notEnoughReplicas,
  codes.notEnoughReplicasAfterAppend,
  codes.notController,
  codes.concurrentTransactions,
  codes.kafkaStorageError,
  codes.fencedLeaderEpoch,
  codes.unknownLeaderEpoch,
  codes.offsetNotAvailable,
  codes.unstableOffsetCommit,
  codes.throttlingQuotaExceeded,
  codes.unknownTopicId,
  codes.inconsistentTopicId,
]);

const names = new Map<number, string>(Object.entries(codes).map(([name, code]) => [code, name]));

/** What our user has no right to. */
const notAllowed: ReadonlyMap<number, string> = new Map([
  [codes.topicAuthorizationFailed, 'topic'],
  [codes.groupAuthorizationFailed, 'group'],
  [codes.clusterAuthorizationFailed, 'cluster'],
  [codes.transactionalIdAuthorizationFailed, 'transactional id'],
]);

function toMessage(code: number): string {
  const what = notAllowed.get(code);
  if (what !== undefined) return `the user has no right to this ${what} at the broker (error code ${code})`;
  const name = names.get(code);
  return `the broker answered with error code ${code}${name === undefined ? '' : ` (${name})`}`;
}

/** A broker answered a request with an error code. */
export class KafkaError extends Error {
  override readonly name = 'KafkaError';
  readonly code: number;
  constructor(code: number, options?: ErrorOptions) {
    super(toMessage(code), options);
    this.code = code;
  }
}

/** No answer: the connection could not be made, or ended, or the time was up. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

export function isPassing(error: unknown): boolean {
  return error instanceof NoAnswerError || (error instanceof KafkaError && passing.has(error.code));
}

/** @throws KafkaError unless the code says that all is well */
export function assertCode(code: number): void {
  if (code !== codes.none) throw new KafkaError(code);
}

/** What happened, without anything that a record or a credential could be read from. */
export function reasonOf(error: unknown): string {
  if (error instanceof KafkaError) return error.message;
  const found: string[] = [];
  // Errors of Node itself are of another realm where tests run.
  for (let cause = error; isObject(cause) && found.length < 5; cause = cause['cause']) {
    const code = codeOf(cause);
    found.push(`${String(cause['message'])}${code === undefined ? '' : ` (${code})`}`);
  }
  return found.join(': ');
}

/** Node's name for an error, such as ENOENT or CERT_HAS_EXPIRED. */
export function codeOf(error: unknown): string | undefined {
  const code = isObject(error) ? error['code'] : undefined;
  return typeof code === 'string' ? code : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

export function toUnavailable(error: unknown): LogUnavailableError {
  return error instanceof LogUnavailableError
    ? error
    : new LogUnavailableError(reasonOf(error), { cause: error });
}

/** Errors of the wire as the port has them; others as they are. */
export function toPortError(error: unknown): Error {
  if (error instanceof KafkaError || error instanceof NoAnswerError) return toUnavailable(error);
  return error instanceof Error ? error : toUnavailable(error);
}

/** The answer, error codes and all, of a library that throws for any error code in it. */
export async function withCodes<R>(answer: Promise<R>): Promise<R> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof ResponseError)) throw error;
    const properties: Readonly<Record<string, R | undefined>> = error;
    if (properties['response'] === undefined) throw error;
    return properties['response'];
  }
}
