import { afterEach, describe, expect, it } from '@jest/globals';
import { createAdminServer } from './admin-server.ts';
import { createHealth } from './health.ts';
import { createMetrics } from './metrics.ts';
import { createSilentLogger } from './testing/index.ts';

const open: { stop(): Promise<void> }[] = [];

async function served() {
  const health = createHealth();
  const metrics = createMetrics();
  const server = createAdminServer({
    host: '127.0.0.1',
    port: 0,
    health,
    metrics,
    logger: createSilentLogger(),
  });
  await server.start();
  open.push(server);
  return { health, metrics, get: (path: string) => fetch(server.url() + path) };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.stop()));
});

describe(createAdminServer, () => {
  it('answers 200 on /is-alive and /ready while nothing speaks against it', async () => {
    const { get } = await served();
    expect((await get('/is-alive')).status).toBe(200);
    expect(await (await get('/ready')).json()).toEqual({ status: 'ready' });
  });

  it('answers 503 on /ready with each reason, and stays alive', async () => {
    const { health, get } = await served();
    health.addReady('log', () => 'not connected');
    health.addReady('keys', () => true);
    health.addReady('loop', () => {
      throw new Error('broken check');
    });
    const answer = await get('/ready');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({
      status: 'not ready',
      reasons: [
        { component: 'log', reason: 'not connected' },
        { component: 'loop', reason: 'the check itself failed: broken check' },
      ],
    });
    expect((await get('/is-alive')).status).toBe(200);
  });

  it('answers 503 on /is-alive when a part is stuck', async () => {
    const { health, get } = await served();
    health.addLive('loop', () => 'has not moved for 10 minutes');
    expect((await get('/is-alive')).status).toBe(503);
  });

  it('serves the metrics of this service', async () => {
    const { metrics, get } = await served();
    metrics
      .counter({ name: 'ccd_gateway_events_total', help: 'Events.', labels: ['result'] })
      .inc({ result: 'ok' }, 2);
    const answer = await get('/metrics');
    expect(answer.headers.get('content-type')).toContain('text/plain');
    expect(await answer.text()).toContain('ccd_gateway_events_total{result="ok"} 2');
  });

  it('knows no other path', async () => {
    const { get } = await served();
    expect((await get('/')).status).toBe(404);
  });
});

describe(createMetrics, () => {
  it('keeps two services of one process apart', async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.counter({ name: 'ccd_gateway_events_total', help: 'x' }).inc();
    other.counter({ name: 'ccd_gateway_events_total', help: 'x' });
    expect(await other.text()).toContain('ccd_gateway_events_total 0');
  });

  it('asks for the value of a gauge when it is read', async () => {
    const metrics = createMetrics();
    metrics.gauge({
      name: 'ccd_gateway_queue_records',
      help: 'x',
      collect: (gauge) => {
        gauge.set(7);
      },
    });
    expect(await metrics.text()).toContain('ccd_gateway_queue_records 7');
  });

  it('observes into the buckets given', async () => {
    const metrics = createMetrics();
    metrics.histogram({ name: 'ccd_gateway_request_seconds', help: 'x', buckets: [0.01, 1] }).observe(0.5);
    expect(await metrics.text()).toContain('ccd_gateway_request_seconds_bucket{le="1"} 1');
  });

  it('reports the process where that is wanted', async () => {
    expect(await createMetrics({ processMetrics: true }).text()).toContain('process_cpu_seconds_total');
    expect(await createMetrics().text()).toBe('\n');
  });

  it('knows the names that published dashboards read', () => {
    const metrics = createMetrics();
    metrics.counter({ name: 'strm_gateway_events_total', help: 'x' });
    expect(() => metrics.histogram({ name: 'strm_gateway_timing', help: 'x' })).not.toThrow();
  });

  it.each([
    ['gateway_events_total', 'form'],
    ['ccd_gateway_total', 'form'],
    ['ccd_gateway_Events_total', 'form'],
    ['ccd_gateway_events', 'form'],
    ['ccd_gateway_wait_ms', 'base unit'],
    ['ccd_gateway_sent_events', '_total'],
  ])('refuses the counter name %s', (name, why) => {
    expect(() => createMetrics().counter({ name, help: 'x' })).toThrow(why);
  });

  it('keeps _total for counters', () => {
    expect(() => createMetrics().gauge({ name: 'ccd_gateway_events_total', help: 'x' })).toThrow('_total');
  });
});
