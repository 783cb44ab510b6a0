/** Plays agents in a process of its own, on the other core. Started by `polls.bench.ts`; takes orders over IPC. */
import { systemClock } from '@ccd/reconcile';
import { connectAgent } from './agent-connection.ts';
import type { AgentConnection, Polled } from './agent-connection.ts';
import type { Order, Outcome } from './protocol.ts';

let agents: readonly AgentConnection[] = [];

/** Connections are opened in groups: thousands at once would overrun the queue of the listening socket. */
const groupSize = 50;

async function connectAll(order: Extract<Order, { do: 'connect' }>): Promise<AgentConnection[]> {
  const { tokens } = order;
  const connected: AgentConnection[] = [];
  for (let from = 0; from < tokens.length; from += groupSize) {
    const group = tokens.slice(from, from + groupSize);
    connected.push(...(await Promise.all(group.map((token) => connectAgent(order, token)))));
  }
  return connected;
}

function createTally() {
  const times: number[] = [];
  const counts = { polls: 0, unchanged: 0, failed: 0, bytes: 0 };
  const start = performance.now();
  return {
    async count(poll: Promise<Polled>): Promise<void> {
      try {
        const { isUnchanged, ok, bytes, ms } = await poll;
        counts.polls += 1;
        counts.bytes += bytes;
        if (isUnchanged) counts.unchanged += 1;
        if (!ok) counts.failed += 1;
        times.push(ms);
      } catch {
        counts.failed += 1;
      }
    },
    outcome(): Outcome {
      const sorted = times.toSorted((one, other) => one - other);
      const p99Ms = sorted[Math.floor(0.99 * (sorted.length - 1))] ?? NaN;
      return { ...counts, wallMs: performance.now() - start, p99Ms };
    },
  };
}

async function saturate(polls: number): Promise<Outcome> {
  const tally = createTally();
  let left = polls;
  await Promise.all(
    agents.map(async (agent) => {
      while (left-- > 0) await tally.count(agent.poll());
    }),
  );
  return tally.outcome();
}

async function keepPace(everyMs: number, forMs: number): Promise<Outcome> {
  const tally = createTally();
  const start = performance.now();
  const underWay = new Set<Promise<void>>();
  const due = (): number =>
    Math.floor((agents.length * Math.min(performance.now() - start, forMs)) / everyMs);
  for (let begun = 0; performance.now() - start < forMs;) {
    for (; begun < due(); begun += 1) {
      const agent = agents[begun % agents.length];
      if (agent === undefined) throw new Error('nobody is connected');
      const counted = tally.count(agent.poll());
      underWay.add(counted);
      void counted.finally(() => underWay.delete(counted));
    }
    await systemClock.sleep(1);
  }
  await Promise.all(underWay);
  return tally.outcome();
}

async function pollOnce(): Promise<Outcome> {
  const tally = createTally();
  for (let from = 0; from < agents.length; from += 200) {
    await Promise.all(agents.slice(from, from + 200).map((agent) => tally.count(agent.poll())));
  }
  return tally.outcome();
}

async function obey(order: Order): Promise<Outcome | undefined> {
  switch (order.do) {
    case 'connect':
      agents = await connectAll(order);
      return undefined;
    case 'keep pace':
      return keepPace(order.everyMs, order.forMs);
    case 'saturate':
      return saturate(order.polls);
    case 'poll once':
      return pollOnce();
    case 'disconnect':
      for (const agent of agents) agent.close();
      agents = [];
      return undefined;
  }
}

process.on('message', (order: Order) => {
  obey(order).then(
    (outcome) => process.send?.({ outcome }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => {
  process.exit();
});
