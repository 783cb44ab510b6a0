/**
 * The load generator, in a process of its own: takes a plan as a message, carries it out, sends the result back, and
 * waits for the next one. No dependency, so that the benchmark runs wherever the repository does.
 */
import { createHistogram } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { openH2cLane, renderH2c } from './h2c-lane.ts';
import { openHttp1Lane, renderHttp1 } from './http1-lane.ts';
import type { Lane } from './lane.ts';
import type { LoadPlan, LoadResult } from './plan.ts';
import { readRequests } from './requests.ts';

interface Busy {
  readonly lane: Lane;
  /** When the requests under way were due, oldest first. */
  readonly due: number[];
}

async function carryOut(plan: LoadPlan): Promise<LoadResult> {
  const [open, render] = plan.protocol === 'http1' ? [openHttp1Lane, renderHttp1] : [openH2cLane, renderH2c];
  const requests = readRequests(plan.requestsFile).map(render);
  const latencies = createHistogram();
  let [turn, accepted, refused] = [0, 0, 0];
  const idle: Busy[] = [];
  let ended = false;
  const opened: Promise<void>[] = [];
  const lanes = Array.from({ length: plan.connections }, (): Busy => {
    const ready = Promise.withResolvers<undefined>();
    opened.push(ready.promise);
    const due: number[] = [];
    const busy: Busy = {
      due,
      lane: open(plan.port, {
        onReady: () => {
          ready.resolve(undefined);
        },
        onAnswer(isAccepted) {
          if (isAccepted) accepted += 1;
          else refused += 1;
          latencies.record(Math.max(1, Math.round((performance.now() - (due.shift() ?? 0)) * 1000)));
          if (ended) return;
          if (plan.rate === undefined) send(busy, performance.now());
          else idle.push(busy);
        },
      }),
    };
    return busy;
  });

  function send({ lane, due }: Busy, at: number): void {
    const request = requests[turn++ % requests.length];
    if (request === undefined) throw new TypeError('there are requests to send');
    due.push(at);
    lane.send(request);
  }

  await Promise.all(opened);
  const started = performance.now();
  const slots = lanes.flatMap((lane) => Array.from({ length: plan.depth }, () => lane));
  if (plan.rate === undefined) for (const lane of slots) send(lane, started);
  else await pace(plan.rate, plan.ms, started, slots, idle, send);
  if (plan.rate === undefined) await sleep(plan.ms);
  while (accepted + refused < (plan.atLeast ?? 0)) await sleep(50);
  const seconds = (performance.now() - started) / 1000;
  ended = true;
  for (const { lane } of lanes) lane.close();
  const at = (percentile: number): number => latencies.percentile(percentile) / 1000;
  return { accepted, refused, seconds, p50: at(50), p99: at(99) };
}

/**
 * Sends each request when it is due, in every turn of the event loop and not by a timer: what falls due within a
 * millisecond would otherwise come at once, and the server would be measured queueing it. A request that finds no free
 * connection waits, and its waiting counts.
 */
async function pace(
  rate: number,
  ms: number,
  started: number,
  slots: readonly Busy[],
  idle: Busy[],
  send: (lane: Busy, at: number) => void,
): Promise<void> {
  idle.push(...slots);
  const all = Math.floor((ms / 1000) * rate);
  let sent = 0;
  while (sent < all) {
    await nextTurn();
    const dueNow = Math.min(all, Math.floor(((performance.now() - started) / 1000) * rate) + 1);
    for (; sent < dueNow; sent += 1) {
      const lane = idle.shift();
      if (lane === undefined) break;
      send(lane, started + (sent / rate) * 1000);
    }
    // What still waits when the time is up is given up: the server is behind by then.
    if (performance.now() - started > ms * 1.5) break;
  }
}

process.on('disconnect', () => {
  process.exit(0);
});
process.on('message', (plan: LoadPlan) => {
  void carryOut(plan).then((result) => process.send?.(result));
});
