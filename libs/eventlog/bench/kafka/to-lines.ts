import type { Figure, MissingFigure } from '@ccd/testkit/bench';
import type { ClientProcess } from './client-process.ts';
import type { ClientName } from './client.ts';

const baseline: ClientName = 'kafkajs';

/** What the clients took for each of `count` records. */
export function toLines(
  what: string,
  clients: readonly ClientProcess[],
  count: number,
): readonly (Figure | MissingFigure)[] {
  const taken = clients.map((client) => ({ name: client.name, ...client.take() }));
  const other = taken.find(({ name }) => name === baseline);
  return taken.map((each) => {
    const line = { what: `${what}: ${each.name}` };
    if ('problem' in each) return { ...line, missing: each.problem };
    return {
      ...line,
      value: each.micros / count,
      unit: 'µs',
      better: 'less',
      ...(other !== undefined &&
        'micros' in other && { baseline: { what: baseline, value: other.micros / count } }),
    };
  });
}
