import type { Run } from '../entities.ts';
import type { Churn, EntityKind } from './churn.ts';
import type { Problems } from './check-data.ts';

/** What was answered with success is so: created entities are listed once, deleted ones are gone. */
export async function checkEntities(
  strm: Run,
  { entities }: Churn,
  /** Made by others. */
  kept: Readonly<Record<EntityKind, readonly string[]>>,
): Promise<Problems> {
  const problems: string[] = [];
  for (const kind of ['streams', 'data-connectors', 'batch-exporters'] as const) {
    const listed = (await strm('list', kind, '-o', 'plain')).split('\n').map((line) => line.trim());
    const counts = new Map<string, number>();
    for (const name of listed.filter((each) => each !== '')) counts.set(name, (counts.get(name) ?? 0) + 1);
    const known = new Map([...entities[kind], ...kept[kind].map((name) => [name, 'present'] as const)]);
    const allowed = { present: [1], absent: [0], unknown: [0, 1] };
    for (const [name, state] of known) {
      const count = counts.get(name) ?? 0;
      if (!allowed[state].includes(count))
        problems.push(`${name} of ${kind} is ${state} and listed ${count} times`);
    }
    for (const name of counts.keys()) if (!known.has(name)) problems.push(`nobody made ${name} of ${kind}`);
  }
  return problems;
}

/** Deletes what is left of a churn, so that only what others made should exist. */
export async function removeLeftovers(strm: Run, { entities }: Churn): Promise<void> {
  const nouns = {
    'batch-exporters': 'batch-exporter',
    'data-connectors': 'data-connector',
    streams: 'stream',
  };
  for (const kind of ['batch-exporters', 'data-connectors', 'streams'] as const) {
    const listed = new Set((await strm('list', kind, '-o', 'plain')).split('\n').map((line) => line.trim()));
    const left = [...entities[kind].keys()].filter((name) => listed.has(name));
    // A derived stream goes with its source, which was made before it.
    for (const name of left.reverse()) await strm('delete', nouns[kind], name);
  }
}
