import { randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { streamIdKey, usageBeforeKey } from '@ccd/controlplane';
import { entities, streams, usage } from '@ccd/protocol';
import { describe, expect, it } from '@jest/globals';
import type { Caller } from '../testing/service-rig.ts';
import { useServiceRig } from '../testing/use-service-rig.ts';

const { UsageServiceService: service } = usage;
const minuteMs = 60_000;
/** Long before the rig's clock, which stands. */
const noon = Date.UTC(2025, 9, 1, 12);
const after = (minutes: number): number => noon + minutes * minuteMs;

describe('UsageService', () => {
  const rig = useServiceRig();

  const refOf = (name: string) => entities.StreamRef.create({ name, projectId: rig().projectId });
  const createStream = (name: string) =>
    rig().call(streams.StreamsServiceService.createStream, {
      stream: entities.Stream.create({ ref: refOf(name) }),
    });
  const store = (name: string, eventCount: number, time: number, before?: number, caller?: Caller) =>
    rig().ask(
      service.storeUsageEvent,
      usage.StoreUsageEventRequest.create({
        stream: name,
        projectId: rig().projectId,
        eventCount,
        eventArrivalTime: new Date(time),
      }),
      caller ?? 'installation',
      before === undefined ? {} : { [usageBeforeKey]: String(before) },
    );
  const ask = (name: string, start: number, end: number, seconds = 60n, caller?: Caller) =>
    rig().call(
      service.getStreamEventUsage,
      {
        ref: refOf(name),
        startTime: new Date(start),
        endTime: new Date(end),
        interval: { seconds, nanos: 0 },
      },
      caller,
    );
  const countsOf = async (...asked: Parameters<typeof ask>) =>
    (await ask(...asked)).windows.map(({ eventCount }) => Number(eventCount));

  it('tells the running total at the end of each window, even between two reports', async () => {
    await createStream('busy');
    await store('busy', 0, after(0));
    await store('busy', 100, after(2));
    await store('busy', 20, after(3));
    await expect(countsOf('busy', after(-1), after(5))).resolves.toStrictEqual([0, 50, 100, 120, 120, 120]);
  });

  it('names the stream and cuts the time into windows, the last one as long as is left', async () => {
    await createStream('windows');
    const answer = await ask('windows', after(0), after(5), 120n);
    expect(answer.ref).toStrictEqual(refOf('windows'));
    expect(answer.windows.map(({ startTime, endTime }) => [startTime, endTime])).toStrictEqual(
      [
        [0, 2],
        [2, 4],
        [4, 5],
      ].map((window) => window.map((minutes) => new Date(after(minutes)))),
    );
  });

  it('counts what arrives late as from the newest report on, so that totals never fall', async () => {
    await createStream('late');
    await store('late', 10, after(2));
    await store('late', 5, after(1));
    await expect(countsOf('late', after(0), after(3))).resolves.toStrictEqual([0, 15, 15]);
  });

  it('believes a clock that is ahead no more than has come to pass', async () => {
    await createStream('ahead');
    await store('ahead', 10, rig().clock.now() + 365 * 86_400_000);
    const now = rig().clock.now();
    await expect(countsOf('ahead', now - minuteMs, now)).resolves.toStrictEqual([10]);
  });

  it('refuses a report that expects another total, so that one sent twice counts once', async () => {
    await createStream('twice');
    await store('twice', 10, after(1), 0);
    await expect(store('twice', 10, after(1), 0)).rejects.toMatchObject({ code: status.ABORTED });
    await store('twice', 7, after(2), 10);
    await expect(countsOf('twice', after(2), after(3))).resolves.toStrictEqual([17]);
  });

  it('of reports that are sent at once with the same total, lets one count', async () => {
    await createStream('race');
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => store('race', 1, after(index), 0)),
    );
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    await expect(countsOf('race', after(60), after(61))).resolves.toStrictEqual([1]);
  });

  it('keeps the last report of each five minutes after a day, and of each hour after a month', async () => {
    await createStream('old');
    for (const minutes of [0, 1, 5, 20, 40, 60]) await store('old', 10, after(minutes));
    const first = () => countsOf('old', after(0), after(6));
    await expect(first()).resolves.toStrictEqual([20, 22, 25, 27, 30, 30]);
    const day = 24 * 60;
    await store('old', 10, after(2 * day));
    await expect(first()).resolves.toStrictEqual([20, 22, 25, 27, 30, 30]);
    await store('old', 10, after(40 * day));
    await expect(countsOf('old', after(0), after(60), 1_200n)).resolves.toStrictEqual([0, 50, 60]);
    await expect(countsOf('old', after(40 * day), after(40 * day + 1))).resolves.toStrictEqual([80]);
  });

  it('does not know a stream by its name that is not the one that is meant', async () => {
    await createStream('namesake');
    const request = usage.StoreUsageEventRequest.create({
      stream: 'namesake',
      projectId: rig().projectId,
      eventCount: 1,
      eventArrivalTime: new Date(noon),
    });
    const report = (uuid: string) =>
      rig().ask(service.storeUsageEvent, request, 'installation', { [streamIdKey]: uuid });
    await expect(report(randomUUID())).rejects.toMatchObject({ code: status.NOT_FOUND });
  });

  it('forgets the total with its stream', async () => {
    await createStream('again');
    await store('again', 10, after(1));
    await rig().call(streams.StreamsServiceService.deleteStream, { ref: refOf('again'), recursive: false });
    await createStream('again');
    await expect(countsOf('again', after(1), after(2))).resolves.toStrictEqual([0]);
  });

  it.each([
    ['a user who reports', () => store('busy', 1, noon, undefined, 'admin'), status.PERMISSION_DENIED],
    [
      "another's installation that reports",
      () => store('busy', 1, noon, undefined, 'otherInstallation'),
      status.NOT_FOUND,
    ],
    ['a report for no stream', () => store('nowhere', 1, noon), status.NOT_FOUND],
    ['a negative count', () => store('busy', -1, noon), status.INVALID_ARGUMENT],
    ["another organisation's user", () => ask('busy', noon, after(1), 60n, 'otherAdmin'), status.NOT_FOUND],
    ['a user of no project', () => ask('busy', noon, after(1), 60n, 'outsider'), status.NOT_FOUND],
    ['an end before the start', () => ask('busy', after(1), noon), status.INVALID_ARGUMENT],
    ['intervals below a minute', () => ask('busy', noon, after(1), 59n), status.INVALID_ARGUMENT],
    ['too many intervals', () => ask('busy', noon, after(10_081)), status.INVALID_ARGUMENT],
  ])('refuses %s', async (_case, attempt, code) => {
    await expect(attempt()).rejects.toMatchObject({ code });
  });
});
