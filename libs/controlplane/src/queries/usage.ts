import { entities, usage } from '@ccd/protocol';
import { InvalidFieldError } from '../convert/fields.ts';
import type { NamedStream, UsageReport } from '../domain.ts';
import type { GrpcCaller } from '../transport/grpc-caller.ts';
import { ask, orUndefined } from './ask.ts';

/**
 * Beside a report of usage: the counter of the stream that the sender saw. Our server refuses the report with ABORTED
 * where the counter is another one by now, so that what is sent twice counts once.
 */
export const usageBeforeKey = 'ccd-usage-before';

/** Beside a question or a report: the uuid of the stream. One of another uuid and the same name is NOT_FOUND then. */
export const streamIdKey = 'ccd-stream-id';

/** Events that one report can hold. */
export const mostEventsOfReport = 2 ** 31 - 1;

const minuteMs = 60_000;
/** After every point of a counter, also of a clock that is ahead of ours. */
const afterAllMs = Date.UTC(9999, 0);

/** What the control plane has counted of a stream so far; undefined for a stream that it does not know. */
export async function fetchCountedEvents(
  caller: GrpcCaller,
  { uuid, name, projectId }: NamedStream,
  signal: AbortSignal,
): Promise<number | undefined> {
  const request = usage.GetStreamEventUsageRequest.create({
    ref: entities.StreamRef.create({ name, projectId }),
    startTime: new Date(afterAllMs - minuteMs),
    endTime: new Date(afterAllMs),
    interval: { seconds: 60n, nanos: 0 },
  });
  const { getStreamEventUsage } = usage.UsageServiceService;
  return orUndefined(ask(caller, getStreamEventUsage, request, signal, toCounted, { [streamIdKey]: uuid }));
}

function toCounted({ windows }: usage.GetStreamEventUsageResponse): number {
  const counted = Number(windows.at(-1)?.eventCount ?? 0n);
  if (Number.isSafeInteger(counted) && counted >= 0) return counted;
  throw new InvalidFieldError('windows.event_count', 'is no count of events');
}

/** Adds to a stream's counter; never repeated by itself. */
export async function sendUsage(
  caller: GrpcCaller,
  { stream, events, countedBefore, time }: UsageReport,
  signal: AbortSignal,
): Promise<void> {
  const request = usage.StoreUsageEventRequest.create({
    stream: stream.name,
    projectId: stream.projectId,
    eventCount: events,
    eventArrivalTime: new Date(time),
  });
  await caller.unary(usage.UsageServiceService.storeUsageEvent, request, {
    signal,
    idempotent: false,
    metadata: { [streamIdKey]: stream.uuid, [usageBeforeKey]: String(countedBefore) },
  });
}
