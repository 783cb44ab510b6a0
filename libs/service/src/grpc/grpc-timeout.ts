import { GrpcError, grpcStatus } from './grpc-status.ts';

const unitsInMs: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1_000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/** The longest that a timer of Node's waits. */
const longestMs = 2 ** 31 - 1;

/**
 * Reads the header `grpc-timeout`: at most eight digits and a unit (PROTOCOL-HTTP2, "Requests").
 * @returns milliseconds
 * @throws GrpcError INTERNAL
 */
export function readGrpcTimeout(value: string): number {
  const match = /^(?<amount>\d{1,8})(?<unit>[HMSmun])$/.exec(value);
  const inMs = unitsInMs[match?.groups?.['unit'] ?? ''];
  if (inMs === undefined) throw new GrpcError(grpcStatus.INTERNAL, 'The header grpc-timeout is malformed');
  return Math.min(longestMs, Number(match?.groups?.['amount']) * inMs);
}
