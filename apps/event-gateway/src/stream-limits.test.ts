import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientStream } from '@ccd/controlplane';
import { createFakeClock } from '@ccd/reconcile/testing';
import { createSilentLogger } from '@ccd/service/testing';
import { scratchDir } from '@ccd/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createStreamLimits } from './stream-limits.ts';
import { createStreamUseFile } from './stream-use-file.ts';
import { sampleEvent } from './testing/events.ts';
import type { GatewayRig } from './testing/gateway-rig.ts';
import { sampleSender, startGatewayRig } from './testing/gateway-rig.ts';

const sender = (eventRate: number, eventCount: number, uuid = '1'): ClientStream => ({
  ...sampleSender,
  stream: { ...sampleSender.stream, uuid },
  limits: { eventRate, eventCount },
});
const dayMs = 86_400_000;

describe(createStreamLimits, () => {
  it('lets a second worth of events through at once, and after that as they come due', async () => {
    const clock = createFakeClock();
    const limits = createStreamLimits(clock);
    const taken = (count: number) =>
      Array.from({ length: count }, () => limits.take(sender(10, 0))).filter((answer) => answer === undefined)
        .length;
    expect(taken(15)).toBe(10);
    expect(limits.take(sender(10, 0))).toEqual({
      status: 429,
      reason: 'RateLimited',
      retryAfter: 1,
      body: "Stream 'demo' takes 10 events a second",
    });
    await clock.advance(300);
    expect(taken(15)).toBe(3);
    await clock.advance(60_000);
    expect(taken(15)).toBe(10);
  });

  it('holds streams apart, and those without limits not at all', () => {
    const limits = createStreamLimits(createFakeClock());
    expect(limits.take(sender(1, 0))).toBeUndefined();
    expect(limits.take(sender(1, 0, '2'))).toBeUndefined();
    expect(limits.take(sender(1, 0))?.status).toBe(429);
    for (let count = 0; count < 100; count += 1) {
      expect(limits.take(sender(0, 0, '3'))).toBeUndefined();
      expect(limits.take({ ...sampleSender })).toBeUndefined();
    }
  });

  it('counts a month of accepted events, until the month ends in UTC', async () => {
    const clock = createFakeClock(Date.UTC(2026, 10, 29));
    const limits = createStreamLimits(clock);
    expect(limits.take(sender(0, 2))).toBeUndefined();
    expect(limits.take(sender(0, 2))).toBeUndefined();
    limits.giveBack(sender(0, 2));
    expect(limits.take(sender(0, 2))).toBeUndefined();
    expect(limits.take(sender(0, 2))).toMatchObject({
      status: 429,
      reason: 'QuotaUsedUp',
      retryAfter: (2 * dayMs) / 1000,
      body: "Stream 'demo' has used its events of this month",
    });
    await clock.advance(2 * dayMs);
    expect(limits.take(sender(0, 2))).toBeUndefined();
  });

  it('does not mind a clock that is set back', async () => {
    const clock = createFakeClock();
    const limits = createStreamLimits(clock);
    expect(limits.take(sender(1, 0))).toBeUndefined();
    clock.jumpWallTime(-dayMs);
    expect(limits.take(sender(1, 0))?.status).toBe(429);
    await clock.advance(1_000);
    expect(limits.take(sender(1, 0))).toBeUndefined();
  });
});

describe(createStreamUseFile, () => {
  const scratch = scratchDir();
  const never = new AbortController().signal;

  it.each([
    ['goes on counting where the process before it ended', 0, 429],
    ['begins anew in a new month', 40 * dayMs, undefined],
  ])('%s', async (_case, passedMs, status) => {
    const clock = createFakeClock();
    const path = join(mkdtempSync(join(scratch, 'use-')), 'use.json');
    const open = async () => {
      const limits = createStreamLimits(clock);
      const file = createStreamUseFile({ path, limits, clock, logger: createSilentLogger() });
      await file.start?.(never);
      return { limits, file };
    };
    const first = await open();
    first.limits.take(sender(0, 1));
    await first.file.stop?.(never);
    clock.jumpWallTime(passedMs);
    const second = await open();
    expect(second.limits.take(sender(0, 1))?.status).toBe(status);
    await second.file.stop?.(never);
  });
});

describe('a stream beyond its limits', () => {
  let rig: GatewayRig | undefined;
  afterEach(() => rig?.stop());

  it('is answered 429 with the time to wait, and stores nothing', async () => {
    rig = await startGatewayRig();
    rig.world.sender = sender(2, 3);
    const body = JSON.stringify(sampleEvent());
    const send = async () => {
      const answer = await rig?.send(body);
      return [answer?.status, answer?.headers.get('retry-after')];
    };
    expect(await send()).toEqual([204, null]);
    expect(await send()).toEqual([204, null]);
    expect(await send()).toEqual([429, '1']);
    await rig.clock.advance(1_000);
    const refused = await rig.send('{}');
    expect(refused.status).toBe(400);
    expect(await send()).toEqual([204, null]);
    await rig.clock.advance(1_000);
    expect(await send()).toEqual([429, String((30 * dayMs + dayMs) / 1000 - 2)]);
    expect(await rig.stored()).toHaveLength(3);
  });
});
