import { streamIdKey, usageBeforeKey } from '@ccd/controlplane';
import { usage } from '@ccd/protocol';
import type { ServiceContext } from '../context.ts';
import type { Queryable } from '../database/database.ts';
import { requireInstallation, requireProject } from '../projects/project-access.ts';
import { implement } from '../rpc/handlers.ts';
import type { Call, Implementation } from '../rpc/handlers.ts';
import { aborted, invalidArgument, notFound } from '../rpc/status-error.ts';
import type { StoredStream, StreamStore } from '../streams/stream-store.ts';
import { toNanoseconds } from '../validation/durations.ts';
import { countWindows, cutIntoWindows, totalAt } from './usage-counter.ts';
import { addPoint, lastPoint, neighboursOf } from './usage-store.ts';

export interface UsageServiceOptions extends Pick<ServiceContext, 'database' | 'clock'> {
  readonly streams: StreamStore;
}

/** A year of hours, or a week of minutes. */
const mostWindows = 10_080;

/** How many events streams took in, as their installation counts them. */
export function createUsageService({ database, clock, streams }: UsageServiceOptions): Implementation {
  async function require(
    queryable: Queryable,
    { principal, metadata }: Call,
    projectId: string,
    name: string,
  ): Promise<StoredStream> {
    const project = await requireProject(queryable, principal, projectId);
    const stream = await streams.find(queryable, project.id, name);
    if (stream === undefined || !isMeant(stream, metadata)) throw notFound('Stream', name);
    return stream;
  }

  return implement(usage.UsageServiceService, {
    async getStreamEventUsage(request, call) {
      const { ref, startTime, endTime } = request;
      const { id } = await require(database, call, ref?.projectId ?? '', ref?.name ?? '');
      if (startTime === undefined || endTime === undefined || startTime >= endTime) {
        throw invalidArgument('start_time and end_time are required, the earlier one first');
      }
      const whole = { start: startTime.getTime(), end: endTime.getTime() };
      const intervalMs = toMilliseconds(request.interval);
      if (countWindows(whole, intervalMs) > mostWindows) {
        throw invalidArgument(
          `More than ${mostWindows} intervals lie between start_time and end_time; take longer ones`,
        );
      }
      const windows = cutIntoWindows(whole, intervalMs);
      const neighbours = await neighboursOf(
        database,
        id,
        windows.map(({ end }) => end),
      );
      return {
        ref,
        windows: windows.map(({ start, end }, index) => ({
          startTime: new Date(start),
          endTime: new Date(end),
          eventCount: totalAt(end, neighbours[index] ?? {}),
        })),
      };
    },

    async storeUsageEvent(request, call) {
      requireInstallation(call.principal);
      const { projectId, stream: name, eventCount, eventArrivalTime } = request;
      if (eventArrivalTime === undefined) throw invalidArgument('event_arrival_time is required');
      await database.transaction(async (transaction) => {
        const { id } = await require(transaction, call, projectId, name);
        const last = await lastPoint(transaction, id);
        const total = last?.total ?? 0n;
        assertCountedUpTo(total, call.metadata);
        // Of a clock that is ahead, only as much is believed as has come to pass.
        const arrival = Math.min(eventArrivalTime.getTime(), clock.now());
        // Counters only rise: what arrives late counts as from the newest point on.
        const at = Math.max(arrival, last?.at ?? Number.NEGATIVE_INFINITY);
        await addPoint(transaction, id, { at, total: total + BigInt(eventCount) }, last);
      });
      return {};
    },
  });
}

/** Whoever names a uuid means no other stream that has the name by now. */
const isMeant = ({ id }: StoredStream, metadata: Call['metadata']): boolean =>
  metadata.get(streamIdKey).every((uuid) => String(uuid) === id);

/** A report that was sent twice, or by two senders at once, counts once: the second one sees another counter. */
function assertCountedUpTo(total: bigint, metadata: Call['metadata']): void {
  for (const expected of metadata.get(usageBeforeKey)) {
    if (String(expected) === String(total)) continue;
    throw aborted(
      `The stream's counter is at ${total} and not at what ${usageBeforeKey} says; read it again`,
    );
  }
}

/** The rules of the protocol let pass what is a minute or more, or absent: then it is as the command line has it. */
const toMilliseconds = (interval: usage.GetStreamEventUsageRequest['interval']): number =>
  interval === undefined ? 300_000 : Number(toNanoseconds(interval) / 1_000_000n);
