// node libs/reconcile/bench/run.bench.ts
import { createReconciler } from '../src/index.ts';
import { createMemoryDesired, createMemoryWorld, toDesired } from '../src/testing/index.ts';

const count = 10_000;
const world = createMemoryWorld<{ readonly image: string; readonly replicas: number }>();
const desired = createMemoryDesired<{ readonly image: string; readonly replicas: number }>();
desired.set(
  Array.from({ length: count }, (_, index) =>
    toDesired(
      { kind: index % 2 === 0 ? 'topic' : 'decrypter', id: `stream-${index}` },
      { image: 'a', replicas: 1 },
    ),
  ),
);
const reconciler = createReconciler({
  kinds: ['topic', 'decrypter'],
  desired: desired.source,
  actual: world.actual,
  applier: world.applier,
  settings: { concurrency: 32 },
});

console.log(`runs over ${count} resources in memory, Node ${process.version}`);
for (const title of ['all created', 'nothing changed', 'nothing changed', 'nothing changed']) {
  const [start, cpu, writes] = [performance.now(), process.cpuUsage(), world.writes().length];
  const { outcome } = await reconciler.runOnce();
  const { user, system } = process.cpuUsage(cpu);
  const wall = (performance.now() - start).toFixed(1);
  const busy = ((user + system) / 1000).toFixed(1);
  console.log(
    `${title.padEnd(16)} ${outcome}: ${wall} ms wall, ${busy} ms CPU, ${world.writes().length - writes} writes`,
  );
}
console.log(`RSS ${Math.round(process.memoryUsage.rss() / 1024 / 1024)} MB`);
