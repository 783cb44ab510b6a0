import type { Metrics } from '@ccd/service';

/** What the published dashboards read. */
export interface GatewayMetrics {
  answered(status: number, reason: string, seconds: number): void;
  inFlight(count: number): void;
}

export function createGatewayMetrics(metrics: Metrics): GatewayMetrics {
  const events = metrics.counter({
    name: 'strm_gateway_events_total',
    help: 'Requests with an event, by the status and the reason of their answer',
    labels: ['status', 'reason'],
  });
  const timing = metrics.histogram({
    name: 'strm_gateway_timing',
    help: 'Seconds from the head of a request to its answer',
    buckets: [0.0001, 0.002, 0.005, 0.01, 0.5],
  });
  const inFlight = metrics.gauge({ name: 'strm_gateway_inflight', help: 'Requests that are being answered' });
  return {
    answered(status, reason, seconds) {
      events.inc({ status: String(status), reason });
      timing.observe(seconds);
    },
    inFlight: (count) => {
      inFlight.set(count);
    },
  };
}
