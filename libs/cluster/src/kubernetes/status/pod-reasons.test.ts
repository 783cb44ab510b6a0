import { beforeEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '@ccd/reconcile/testing';
import type { FakeClock } from '@ccd/reconcile/testing';
import type { AskReady, PodAddress } from './ask-ready.ts';
import { createPodReasons } from './pod-reasons.ts';
import { podSchema } from './pod-schema.ts';

const notReady = (...reasons: readonly string[]): string =>
  JSON.stringify({ status: 'not ready', reasons: reasons.map((reason) => ({ component: 'x', reason })) });
const pod = (uid: string, status: object = {}, metadata: object = {}) =>
  podSchema.parse({
    metadata: { name: uid, uid, creationTimestamp: '2026-01-01T00:00:00Z', ...metadata },
    status: { podIP: '10.0.0.1', containerStatuses: [{ state: { running: {} } }], ...status },
  });

let clock: FakeClock;
let asked: PodAddress[];
beforeEach(() => {
  clock = createFakeClock();
  asked = [];
});
const reasonsBy = (answer: AskReady) =>
  createPodReasons({
    clock,
    port: 8_081,
    ask: (address, signal) => {
      asked.push(address);
      return answer(address, signal);
    },
  });

describe(createPodReasons, () => {
  it.each([
    [
      'a reason with its code',
      notReady('KeyMissing: Partition 0 waits'),
      ['KeyMissing', 'Partition 0 waits'],
    ],
    ['the first that has a code', notReady('the worker has not started yet', 'A2b: c: d'), ['A2b', 'c: d']],
    ['nothing without a code', notReady('not yet: wait'), undefined],
    ['nothing of another answer', '<html>', undefined],
    ['nothing where it is ready by now', undefined, undefined],
  ])('passes on %s', async (_title, answer, expected) => {
    const said = await reasonsBy(async () => answer)([pod('a')]);
    const words = said.get('a');
    expect(words && [words.reason, words.message]).toEqual(expected);
    expect(asked).toEqual([{ host: '10.0.0.1', port: 8_081 }]);
  });

  it('asks none that is ready, ending, not running, or has no address', async () => {
    await reasonsBy(async () => undefined)([
      pod('a', { conditions: [{ type: 'Ready', status: 'True' }] }),
      pod('b', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      pod('c', { containerStatuses: [{ state: { waiting: {} } }] }),
      pod('d', { podIP: '' }),
      pod('e', { podIP: 'api.internal' }),
    ]);
    expect(asked).toEqual([]);
  });

  it('asks one that cannot be reached again after a minute', async () => {
    const reasons = reasonsBy(() => Promise.reject(new Error('EHOSTUNREACH')));
    expect(await reasons([pod('a')])).toEqual(new Map());
    await clock.advance(59_999);
    await reasons([pod('a')]);
    expect(asked).toHaveLength(1);
    await clock.advance(1);
    await reasons([pod('a')]);
    expect(asked).toHaveLength(2);
  });

  it('asks one that does not listen yet at the next look', async () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const reasons = reasonsBy(() => Promise.reject(refused));
    for (let look = 0; look < 3; look += 1) await reasons([pod('a')]);
    expect(asked).toHaveLength(3);
  });

  it('is not held up: what has not answered within a second is without a reason', async () => {
    const hang: AskReady = (_address, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Error('over'));
        });
      });
    const reasons = reasonsBy(({ host }, signal) =>
      host === '10.0.0.1' ? Promise.resolve(notReady('KeyMissing: x')) : hang({ host, port: 0 }, signal),
    );
    const silent = Array.from({ length: 40 }, (_, at) => pod(`s-${at}`, { podIP: `10.0.1.${at}` }));
    const asking = reasons([pod('a'), ...silent]);
    await clock.advance(1_000);
    expect([...(await asking).keys()]).toEqual(['a']);
  });
});
