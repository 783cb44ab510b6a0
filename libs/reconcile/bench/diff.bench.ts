// node libs/reconcile/bench/diff.bench.ts
import { diff } from '../src/index.ts';
import type { Desired, Observed } from '../src/index.ts';

const count = 10_000;
const runs = 50;
const kinds = ['topic', 'decrypter'];

function key(index: number) {
  const kind = kinds[index % kinds.length] ?? 'topic';
  return {
    kind,
    id: `stream-${((index * 2_654_435_761) >>> 0).toString(16).padStart(8, '0')}-5f1c-4d52-9a61`,
  };
}

const want: Desired<undefined>[] = [];
const have: Observed<undefined>[] = [];
for (let index = 0; index < count; index++) {
  want.push({ key: key(index), spec: undefined, hash: `hash-${index}` });
  have.push({ key: key(index), live: undefined, owned: true, appliedHash: `hash-${index}` });
}

/** Fresh strings, as they come out of a parser: maps have to hash them anew each time. */
function parsed<T>(value: T): T {
  return structuredClone(value);
}

function measure(
  title: string,
  wanted: readonly Desired<undefined>[],
  had: readonly Observed<undefined>[],
): void {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const [freshWant, freshHave] = [parsed(wanted), parsed(had)];
    const start = performance.now();
    diff(freshWant, freshHave, undefined, kinds);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => (times[Math.floor(share * (runs - 1))] ?? NaN).toFixed(2);
  console.log(`${title.padEnd(34)} median ${at(0.5)} ms   best ${at(0)} ms   worst ${at(1)} ms`);
}

console.log(`diff of ${count} items, ${runs} runs, Node ${process.version}`);
measure('nothing changed, same order', want, have);
measure('nothing changed, lists sorted', want.toSorted(byId), have.toSorted(byId));
measure('all to create', want, []);
measure('all to delete', [], have);

function byId(a: { key: { id: string } }, b: { key: { id: string } }): number {
  return a.key.id < b.key.id ? -1 : 1;
}
