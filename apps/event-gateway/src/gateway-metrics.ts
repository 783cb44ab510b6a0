import type { Metrics } from '@ccd/service';

/** What the published dashboards read. */
export interface GatewayMetrics {
  answered(status: number, reason: string, seconds: number): void;
  /** Whose count is told of. */
  watch(inFlight: { readonly count: number }): void;
}

/** Adds events up by itself, since finding a counter by its labels costs more than counting, until somebody reads them. */
export function createGatewayMetrics(metrics: Metrics): GatewayMetrics {
  const counts = new Map<string, { readonly status: string; readonly reason: string; events: number }>();
  let watched = { count: 0 };
  metrics.counter({
    name: 'strm_gateway_events_total',
    help: 'Requests with an event, by the status and the reason of their answer',
    labels: ['status', 'reason'],
    collect: (counter) => {
      for (const { status, reason, events } of counts.values()) counter.inc({ status, reason }, events);
      counts.clear();
    },
  });
  const timing = metrics.histogram({
    name: 'strm_gateway_timing',
    help: 'Seconds from the head of a request to its answer',
    buckets: [0.0001, 0.002, 0.005, 0.01, 0.5],
  });
  metrics.gauge({
    name: 'strm_gateway_inflight',
    help: 'Requests that are being answered',
    collect: (gauge) => {
      gauge.set(watched.count);
    },
  });
  return {
    answered(status, reason, seconds) {
      // A reason has one status.
      const known = counts.get(reason);
      if (known === undefined) counts.set(reason, { status: String(status), reason, events: 1 });
      else known.events += 1;
      timing.observe(seconds);
    },
    watch: (inFlight) => {
      watched = inFlight;
    },
  };
}
