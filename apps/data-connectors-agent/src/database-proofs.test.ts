import type { DesiredDataConnector } from '@ccd/controlplane';
import type { Desired } from '@ccd/reconcile';
import { createFakeClock } from '@ccd/reconcile/testing';
import { createCapturingLogger } from '@ccd/service/testing';
import { AccessDeniedError, StorageUnavailableError } from '@ccd/storage';
import { eventually } from '@ccd/testkit';
import { describe, expect, it } from '@jest/globals';
import { createDatabaseProofs } from './database-proofs.ts';

const connector = (uuid: string, hash: string, location: object): Desired<DesiredDataConnector> => ({
  key: { kind: 'data-connector', id: uuid },
  spec: { uuid, name: uuid, projectId: 'p', location: JSON.stringify(location) },
  hash,
});
const database = (uuid: string, hash = 'first', uri = `jdbc:x//${uuid}`): Desired<DesiredDataConnector> =>
  connector(uuid, hash, { type: 'jdbc', uri, databaseType: 'postgres' });

function setUp() {
  const clock = createFakeClock();
  const { logger, entries, text } = createCapturingLogger();
  const asked: { readonly uri: string; readonly answer: (error?: Error) => void }[] = [];
  const proofs = createDatabaseProofs({
    ...{ clock, logger, intervalMs: 60_000 },
    prove: ({ uri }, signal) =>
      new Promise((resolve, reject) => {
        const answer = (error?: Error): void => {
          if (error === undefined) resolve();
          else reject(error);
        };
        asked.push({ uri, answer });
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      }),
  });
  const stateOf = (uuid: string) => proofs.statusOf(uuid)?.state;
  return { clock, proofs, asked, stateOf, logged: () => entries.map(({ message }) => message), text };
}

describe(createDatabaseProofs, () => {
  it('proves a database that is new, and says nothing of what is none', async () => {
    const { proofs, asked, stateOf } = setUp();
    proofs.keep([database('a'), connector('bucket', 'first', { type: 'gcs' })]);
    expect(asked.map(({ uri }) => uri)).toEqual(['jdbc:x//a']);
    expect([stateOf('a'), stateOf('bucket')]).toEqual(['starting', undefined]);
    asked[0]?.answer();
    await eventually('the proof', () => stateOf('a') === 'running');
  });

  it('asks again after a while, also what failed, and tells of changes alone', async () => {
    const { clock, proofs, asked, stateOf, logged } = setUp();
    const answer = async (state: string, error?: Error) => {
      asked.at(-1)?.answer(error);
      await eventually(state, () => stateOf('a') === state);
    };
    proofs.keep([database('a')]);
    await answer('failing', new AccessDeniedError('', 'no'));
    expect(proofs.statusOf('a')).toEqual({
      ...{ state: 'failing', reason: 'AccessDenied', restarts: 0 },
      message: 'access is denied: no',
    });
    proofs.keep([database('a')]);
    await clock.advance(59_999);
    proofs.refresh();
    expect(asked).toHaveLength(1);
    await clock.advance(1);
    proofs.refresh();
    proofs.refresh();
    expect(asked).toHaveLength(2);
    await answer('running');
    expect(logged()).toEqual(['a database cannot be used', 'a database lets us in']);
  });

  it('asks less and less often where it is refused, since servers lock accounts, until another answer comes', async () => {
    const { clock, proofs, asked } = setUp();
    const answer = async (status: string, error?: Error) => {
      asked.at(-1)?.answer(error);
      await eventually(status, () => JSON.stringify(proofs.statusOf('a')).includes(status));
    };
    const askedAfter = async (minutes: number): Promise<boolean> => {
      const before = asked.length;
      await clock.advance(minutes * 60_000);
      proofs.refresh();
      return asked.length > before;
    };
    proofs.keep([database('a')]);
    await answer('refused at first', new AccessDeniedError('', 'refused at first'));
    for (const pause of [1, 2, 4, 8, 12, 12]) {
      expect(await askedAfter(pause - 0.5)).toBe(false);
      expect(await askedAfter(0.5)).toBe(true);
      await answer(`after ${asked.length}`, new AccessDeniedError('', `refused after ${asked.length}`));
    }
    expect(await askedAfter(12)).toBe(true);
    await answer('away', new StorageUnavailableError('', 'it is away'));
    expect(await askedAfter(1)).toBe(true);
    await answer('running');
    expect(await askedAfter(1)).toBe(true);
  });

  it('proves what changed at once, and takes no answer about what it was before', async () => {
    const { proofs, asked, stateOf, logged } = setUp();
    proofs.keep([database('a', 'first', 'jdbc:x//old')]);
    proofs.keep([database('a', 'second', 'jdbc:x//new')]);
    expect(asked.map(({ uri }) => uri)).toEqual(['jdbc:x//old', 'jdbc:x//new']);
    asked[0]?.answer(new AccessDeniedError('', 'no'));
    asked[1]?.answer();
    await eventually('the proof', () => stateOf('a') === 'running');
    expect(logged()).toEqual(['a database lets us in']);
    proofs.keep([]);
    expect(stateOf('a')).toBeUndefined();
  });

  it('keeps few waiting at once, and goes on with the others', async () => {
    const { proofs, asked, stateOf } = setUp();
    const names = Array.from({ length: 6 }, (_, at) => `db-${at}`);
    proofs.keep(names.map((name) => database(name)));
    expect(asked).toHaveLength(4);
    for (let at = 0; at < 6; at += 1) {
      await eventually('the next question', () => asked.length > at);
      asked[at]?.answer();
    }
    await eventually('all proofs', () => names.every((name) => stateOf(name) === 'running'));
  });

  it('ends at once when it is stopped', async () => {
    const { proofs, asked, stateOf, logged } = setUp();
    proofs.keep([database('a')]);
    await proofs.component.stop?.(new AbortController().signal);
    expect(asked).toHaveLength(1);
    expect([stateOf('a'), logged()]).toEqual(['starting', []]);
  });

  it('passes on no word of foreign errors', async () => {
    const { proofs, asked, stateOf, text } = setUp();
    proofs.keep([database('a')]);
    asked[0]?.answer(new TypeError('canary'));
    await eventually('the failure', () => stateOf('a') === 'failing');
    expect(`${text()}${JSON.stringify(proofs.statusOf('a'))}`).not.toContain('canary');
  });
});
