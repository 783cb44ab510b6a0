import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { scratchDir } from '@ccd/testkit';
import { entities, usage as wire } from '@ccd/protocol';
import { createRig } from '../testing/rig.ts';
import type { Rig } from '../testing/rig.ts';
import { demoProject } from '../testing/scripted-server.ts';
import { toLocalTime, toStepSeconds } from './usage.ts';

const scratch = scratchDir();

describe('get usage', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await createRig(scratch);
    const window = (minute: number, eventCount: bigint) =>
      entities.WindowedEventCount.create({
        startTime: new Date(Date.UTC(2026, 0, 1, 0, minute)),
        endTime: new Date(Date.UTC(2026, 0, 1, 0, minute + 5)),
        eventCount,
      });
    rig.server.on(wire.UsageServiceService.getStreamEventUsage, () =>
      wire.GetStreamEventUsageResponse.create({ windows: [window(0, 100n), window(5, 160n)] }),
    );
  });
  afterEach(() => {
    rig.server.close();
  });

  it('shows the last day in steps of five minutes, with what came since the line before', async () => {
    expect((await rig.run('get', 'usage', 'demo')).out).toBe(
      [
        'From,Count,Duration,Change,Rate',
        '2026-01-01T00:00:00.000Z,100,300,NaN,NaN',
        '2026-01-01T00:05:00.000Z,160,300,60,0.2',
        '',
      ].join('\n'),
    );
    expect(rig.server.requests('UsageService/GetStreamEventUsage')).toEqual([
      wire.GetStreamEventUsageRequest.create({
        ref: { name: 'demo', projectId: demoProject.id },
        startTime: new Date('2025-12-31T00:00:00Z'),
        endTime: new Date('2026-01-01T00:00:00Z'),
        interval: { seconds: 300n, nanos: 0 },
      }),
    ]);
  });
});

describe(toStepSeconds, () => {
  it.each([
    ['90', 90],
    ['90s', 90],
    ['15m', 900],
    ['2h', 7200],
    ['1d', 86_400],
  ])('reads %s', (given, seconds) => {
    expect(toStepSeconds(given)).toBe(seconds);
  });

  it.each(['', '0', '5w', '-1', '1.5h'])('refuses %j', (given) => {
    expect(() => toStepSeconds(given)).toThrow('--by is');
  });
});

describe(toLocalTime, () => {
  it('reads the local time', () => {
    expect(toLocalTime('2026/5/9-13:05')).toEqual(new Date(2026, 4, 9, 13, 5));
  });

  it.each(['2026/2/30-10:00', '2026/13/1-10:00', '2026/1/1-24:00', '2026-01-01T10:00', 'now'])(
    'refuses %j',
    (given) => {
      expect(() => toLocalTime(given)).toThrow('is not a time');
    },
  );
});
