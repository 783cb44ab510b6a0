import type { Random } from '@ccd/testkit';
import type { ApiFault, ApiRequest } from '@ccd/testkit/servers';

/** Faults at random, and how many of each there have been. */
export interface RandomFaults {
  readonly decide: (request: ApiRequest) => ApiFault | undefined;
  readonly counts: ReadonlyMap<string, number>;
  total(): number;
}

const refuse = (code: number): ApiFault => ({ kind: 'refuse', code });
const busy: ApiFault = { kind: 'refuse', code: 429, retryAfterSeconds: 1 };
const cuts: readonly ApiFault[] = [
  { kind: 'reset', done: false },
  { kind: 'reset', done: true },
];
const hangs: readonly ApiFault[] = [
  { kind: 'hang', done: false },
  { kind: 'hang', done: true },
];
const reads = [busy, refuse(500), refuse(503), ...cuts];
const writes = [...reads, refuse(504), refuse(409)];
/** A hang costs the agent ten seconds and more, so that most of the time it would wait. */
const oneHangIn = 25;

/** @param oneIn one request in so many is spoilt, and every other watch, of which there are few */
export function createRandomFaults(random: Random, oneIn: number): RandomFaults {
  const counts = new Map<string, number>();
  let total = 0;

  const pick = ({ verb }: ApiRequest): ApiFault => {
    if (random.below(oneHangIn) === 0) return random.pick(hangs);
    switch (verb) {
      case 'list':
        return random.below(2) === 0
          ? { kind: 'stale', back: 1 + random.below(20) }
          : random.pick([...reads, refuse(410)]);
      case 'watch':
        return random.pick([...reads, refuse(410), { kind: 'expire' }, { kind: 'silence' }]);
      case 'get':
      case 'other':
        return random.pick(reads);
      default:
        return random.pick(writes);
    }
  };

  return {
    counts,
    total: () => total,
    decide(request) {
      if (random.below(request.verb === 'watch' ? 2 : oneIn) !== 0) return undefined;
      const fault = pick(request);
      const { kind } = fault;
      const name = kind === 'refuse' ? `${fault.code}` : kind;
      counts.set(name, (counts.get(name) ?? 0) + 1);
      total += 1;
      return fault;
    },
  };
}
