/**
 * The load generator, in a process of its own: takes a plan as a message, carries it out, sends the result back, and
 * waits for the next one. No dependency, so that the benchmark runs wherever the repository does.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openH2cLane, renderH2c } from './h2c-lane.ts';
import { openHttp1Lane, renderHttp1 } from './http1-lane.ts';
import type { Lane } from './lane.ts';
import type { Pace } from './pace.ts';
import { createPace } from './pace.ts';
import type { LoadPlan, LoadResult } from './plan.ts';
import { readRequests } from './requests.ts';

async function carryOut(plan: LoadPlan): Promise<LoadResult> {
  const [open, render] = plan.protocol === 'http1' ? [openHttp1Lane, renderHttp1] : [openH2cLane, renderH2c];
  const requests = readRequests(plan.requestsFile).map(render);
  let [turn, accepted, refused] = [0, 0, 0];
  let ended = false;
  let pace: Pace | undefined;

  function send(lane: Lane): void {
    const request = requests[turn++ % requests.length];
    if (request === undefined) throw new TypeError('there are requests to send');
    lane.send(request);
  }

  async function openLane(): Promise<Lane> {
    const ready = Promise.withResolvers<undefined>();
    const lane = open(plan.port, {
      onReady: () => {
        ready.resolve(undefined);
      },
      onAnswer(isAccepted) {
        if (isAccepted) accepted += 1;
        else refused += 1;
        if (pace !== undefined) pace.answered(lane);
        else if (!ended) send(lane);
      },
    });
    await ready.promise;
    return lane;
  }

  const lanes = await Promise.all(Array.from({ length: plan.connections }, openLane));
  const started = performance.now();
  if (plan.rate === undefined) {
    for (const lane of lanes) for (let under = 0; under < plan.depth; under += 1) send(lane);
    await sleep(plan.ms);
    while (accepted + refused < (plan.atLeast ?? 0)) await sleep(50);
  } else {
    if (plan.depth !== 1) throw new TypeError('a pace is kept with one request under way on each connection');
    pace = createPace({ rate: plan.rate, ms: plan.ms, lanes, send });
    await pace.run();
  }
  const seconds = (performance.now() - started) / 1000;
  ended = true;
  for (const lane of lanes) lane.close();
  return { accepted, refused, seconds, ...(pace && { latency: pace.latency() }) };
}

process.on('disconnect', () => {
  process.exit(0);
});
process.on('message', (plan: LoadPlan) => {
  void carryOut(plan).then((result) => process.send?.(result));
});
