import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export type { Counter, Gauge, Histogram } from 'prom-client';

export interface MetricOptions<Label extends string> {
  /** `ccd_<component>_<thing>_<unit>`, in base units; a counter ends in `_total`. */
  readonly name: string;
  readonly help: string;
  /** Never names of resources: their number has no bound. */
  readonly labels?: readonly Label[];
}

export interface CounterOptions<Label extends string> extends MetricOptions<Label> {
  /** Adds what was counted elsewhere, when somebody asks for the metrics. */
  readonly collect?: (counter: Counter<Label>) => void;
}

export interface GaugeOptions<Label extends string> extends MetricOptions<Label> {
  /** Sets the gauge when somebody asks for the metrics. */
  readonly collect?: (gauge: Gauge<Label>) => void | Promise<void>;
}

export interface HistogramOptions<Label extends string> extends MetricOptions<Label> {
  /** Upper edges, rising; prom-client's by default. */
  readonly buckets?: readonly number[];
}

/** What an admin server needs to know of metrics. */
export interface MetricsText {
  readonly contentType: string;
  text(): Promise<string>;
}

/** The metrics of one service, apart from those of any other service in the process. */
export interface Metrics extends MetricsText {
  counter<Label extends string = never>(options: CounterOptions<Label>): Counter<Label>;
  gauge<Label extends string = never>(options: GaugeOptions<Label>): Gauge<Label>;
  histogram<Label extends string = never>(options: HistogramOptions<Label>): Histogram<Label>;
}

/** Names that published dashboards read, kept as they are. */
const dashboardNames = new Set([
  'strm_gateway_events_total',
  'strm_gateway_timing',
  'strm_gateway_kafkatiming',
  'strm_gateway_inflight',
  'strm_gateway_eventsize_total',
  'strm_gateway_topicerrors_total',
  'strm_gateway_redischannel_total',
  'strm_encrypter_total',
  'caffeine_cache_hit_total',
  'caffeine_cache_miss_total',
  'caffeine_cache_estimated_size',
]);

/** @param options.processMetrics also reports memory, CPU and the event loop of the whole process */
export function createMetrics({
  processMetrics = false,
}: { readonly processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (processMetrics) collectDefaultMetrics({ register: registry });

  const common = <Label extends string>(
    { name, help, labels = [] }: MetricOptions<Label>,
    counts: boolean,
  ) => {
    checkName(name, counts);
    return { name, help, labelNames: labels, registers: [registry] };
  };
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    counter: ({ collect, ...options }) =>
      new Counter({
        ...common(options, true),
        ...(collect && {
          collect() {
            collect(this);
          },
        }),
      }),
    gauge: ({ collect, ...options }) =>
      new Gauge({
        ...common(options, false),
        ...(collect && {
          collect() {
            return collect(this);
          },
        }),
      }),
    histogram: ({ buckets, ...options }) =>
      new Histogram({ ...common(options, false), ...(buckets && { buckets: [...buckets] }) }),
  };
}

function checkName(name: string, counts: boolean): void {
  if (dashboardNames.has(name)) return;
  const problem = !/^ccd(_[a-z][a-z0-9]*){3,}$/.test(name)
    ? 'is not of the form ccd_<component>_<thing>_<unit>'
    : /_(ms|milliseconds|minutes|hours|kb|mb|kilobytes|megabytes|percent)$/.test(name)
      ? 'is not in a base unit (seconds, bytes, ratio)'
      : counts !== name.endsWith('_total')
        ? 'ends in _total exactly when it is a counter: it does not follow that'
        : undefined;
  if (problem) throw new TypeError(`metric name ${name} ${problem}`);
}
