import { ControlPlaneUnavailableError } from '@ccd/controlplane';
import { createFakeControlPlane } from '@ccd/controlplane/testing';
import { encodeUsageMark } from '@ccd/dataplane';
import { createMemoryLog } from '@ccd/eventlog/testing';
import { createFakeClock } from '@ccd/reconcile/testing';
import type { RunningService } from '@ccd/service';
import { createSilentLogger, loadConfig } from '@ccd/service';
import { eventually } from '@ccd/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';
import { configSchema } from './config.ts';
import { startUsageForwarder } from './start-usage-forwarder.ts';

const config = loadConfig(configSchema, {
  STRM_API_HOST: '127.0.0.1',
  STRM_AUTH_URL: 'http://127.0.0.1:1',
  STRM_AUTH_CLIENT_ID: 'client',
  STRM_AUTH_CLIENT_SECRET: 'secret',
  STRM_INSTALLATION_ID: 'installation-1',
});

const running: RunningService[] = [];
let close = async (): Promise<void> => {};
afterEach(async () => {
  for (const service of running.splice(0)) await service.stop('the test ends');
  await close();
});

function setUp() {
  const clock = createFakeClock();
  const log = createMemoryLog({ clock });
  close = () => log.close();
  const controlPlane = createFakeControlPlane({
    counted: new Map([
      ['a', 0],
      ['b', 0],
    ]),
  });
  async function mark(uuid: string, events: number, installationId = 'installation-1'): Promise<void> {
    const producer = await log.createProducer();
    const stream = { uuid, name: `stream ${uuid}`, projectId: 'project-1' };
    const record = encodeUsageMark({ installationId, stream, events, since: 0, at: 1 });
    await producer.append([{ topic: 'billing', ...record }]);
  }

  return {
    clock,
    log,
    controlPlane,
    start: async () => {
      const service = await startUsageForwarder(config, {
        clock,
        logger: createSilentLogger(),
        controlPlane,
        log: log.connect(),
      });
      running.push(service);
      return service;
    },
    mark,
    markOnceThere: async (...given: Parameters<typeof mark>) => {
      await eventually('the topic is there', () => log.admin.describeTopic('billing'));
      await mark(...given);
    },
    counted: (uuid: string) => controlPlane.state.counted.get(uuid),
  };
}

describe(startUsageForwarder, () => {
  it('makes the topic, and reports what is written to it', async () => {
    const { start, mark, counted, log } = setUp();
    const service = await start();
    await eventually('the forwarder is ready', () => service.ready().ok);
    expect(await log.admin.describeTopic('billing')).toMatchObject({ config: { cleanup: 'compact' } });
    await mark('a', 3);
    await mark('b', 1);
    await mark('a', 7);
    await eventually('both are counted', () => counted('a') === 7 && counted('b') === 1);
  });

  it("reports only what is its own installation's", async () => {
    const { start, mark, markOnceThere, counted } = setUp();
    await start();
    await markOnceThere('a', 99, 'installation-2');
    await mark('b', 1);
    await eventually('b is counted', () => counted('b') === 1);
    expect(counted('a')).toBe(0);
  });

  it('reports after a restart what came meanwhile, and nothing twice', async () => {
    const { start, mark, markOnceThere, counted, controlPlane } = setUp();
    const first = await start();
    await markOnceThere('a', 5);
    await eventually('a is counted', () => counted('a') === 5);
    await first.stop('a restart');
    await mark('a', 9);
    await start();
    await eventually('a is counted', () => counted('a') === 9);
    expect(controlPlane.usage.reduce((sum, { events }) => sum + events, 0)).toBe(9);
  });

  it('waits for a control plane that is away', async () => {
    const { clock, start, markOnceThere, counted, controlPlane } = setUp();
    controlPlane.state.failure = new ControlPlaneUnavailableError('countedEvents', 'UNAVAILABLE', 'away');
    const service = await start();
    await markOnceThere('a', 5);
    await eventually('the forwarder says what it waits for', () =>
      service.ready().reasons.some(({ reason }) => reason.includes('ControlPlaneUnavailable')),
    );
    controlPlane.state.failure = undefined;
    await eventually('a is counted', async () => {
      await clock.advance(1_000);
      return counted('a') === 5;
    });
  });
});
