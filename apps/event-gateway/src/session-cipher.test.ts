import type { SessionKey } from '@ccd/keystore';
import type { ClientStream } from '@ccd/controlplane';
import { createFieldCiphers } from '@ccd/privacy';
import { createFakeClock } from '@ccd/reconcile/testing';
import { describe, expect, it } from '@jest/globals';
import { createSessionCiphers } from './session-cipher.ts';

const stream: ClientStream['stream'] = {
  topic: 'stream-1',
  uuid: '1',
  name: 'demo',
  projectId: '1',
  enabled: true,
  kind: 'source',
  policyId: '',
};

function setUp(capacity: number) {
  const made = new Map<string, SessionKey>();
  const sessions = createSessionCiphers({
    keys: {
      currentKey: ({ keyFieldValue }, create) => {
        const key = made.get(keyFieldValue) ?? create();
        made.set(keyFieldValue, key);
        return { key, created: false };
      },
    },
    policies: { retentionDays: () => 30 },
    ciphers: createFieldCiphers({ capacity: capacity + 1 }),
    clock: createFakeClock(),
    capacity,
  });
  return { of: async (keyFieldValue: string) => sessions.of(stream, keyFieldValue) };
}

describe(createSessionCiphers, () => {
  it('encrypts for whoever holds a session, also when others displaced its key in the meantime', async () => {
    const { of } = setUp(1);
    const [one, other] = [await of('one'), await of('other')];
    const first = one.cipher().encrypt('text');
    expect(other.cipher().encrypt('text')).not.toBe(first);
    expect(one.cipher().encrypt('text')).toBe(first);
  });

  it('needs no more prepared keys at a time than its capacity, and one', async () => {
    const { of } = setUp(10);
    const sessions = await Promise.all(Array.from({ length: 100 }, (_, index) => of(`session ${index}`)));
    const texts = sessions.map((session) => session.cipher().encrypt('text'));
    expect(new Set(texts).size).toBe(sessions.length);
    expect(sessions.map((session) => session.cipher().decrypt(session.cipher().encrypt('x')))).toEqual(
      sessions.map(() => 'x'),
    );
  });
});
