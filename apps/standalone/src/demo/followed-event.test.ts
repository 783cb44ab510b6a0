import { describe, expect, it } from '@jest/globals';
import { createFollowedEvent } from './followed-event.ts';
import type { PlainEvent } from './followed-event.ts';

const event = (value: string, meta: Partial<PlainEvent['strmMeta']> = {}): PlainEvent => ({
  strmMeta: { consentLevels: [0, 1], timestamp: 1_000, nonce: 7, keyLink: 'k', ...meta },
  notSensitiveValue: 'open',
  uniqueIdentifier: value,
});

function follow() {
  const printed: (readonly string[])[] = [];
  const followed = createFollowedEvent({
    source: 'demo',
    derived: ['demo-0'],
    purposes: [0, 1],
    onComplete: (lines) => printed.push(lines),
  });
  return { followed, printed };
}

describe(createFollowedEvent, () => {
  it('shows the event as sent, stored and derived, once', () => {
    const { followed, printed } = follow();
    followed.sent(event('no consent', { consentLevels: [] }), 900);
    followed.sent(event('plain'), 1_000);
    followed.seen('demo', event('cipher'));
    followed.seen('demo-0', event('another', { nonce: 8 }));
    followed.seen('demo-0', event('plain'));
    followed.seen('demo-0', event('plain'));
    expect(printed).toHaveLength(1);
    expect(printed[0]?.map((line) => line.replaceAll(/ +/g, ' '))).toStrictEqual([
      ' as sent notSensitiveValue open uniqueIdentifier plain (purposes 0,1)',
      ' as stored (demo) notSensitiveValue open uniqueIdentifier cipher (purposes 0,1)',
      ' as derived (demo-0) notSensitiveValue open uniqueIdentifier plain (purposes 0,1)',
    ]);
  });

  it('follows the next one where nobody saw the last, or not in time', () => {
    const { followed, printed } = follow();
    followed.sent(event('refused'), 900);
    followed.sent(event('lost on the way'), 1_000);
    followed.seen('demo', event('cipher'));
    followed.sent(event('too early'), 5_999);
    followed.sent(event('plain'), 6_000);
    followed.seen('demo', event('cipher', { timestamp: 6_000, nonce: 9 }));
    followed.seen('demo-0', event('plain', { timestamp: 6_000, nonce: 9 }));
    expect(printed[0]?.[0]).toContain('uniqueIdentifier plain');
  });

  it('takes a derived event that comes before the stored one', () => {
    const { followed, printed } = follow();
    followed.sent(event('plain'), 1_000);
    followed.seen('demo-0', event('plain'));
    followed.seen('demo', event('cipher'));
    expect(printed).toHaveLength(1);
  });

  it('does not take an event that was stored before this one was sent', () => {
    const { followed, printed } = follow();
    followed.sent(event('plain'), 1_000);
    followed.seen('demo', event('older', { timestamp: 999 }));
    followed.seen('demo-0', event('older', { timestamp: 999 }));
    expect(printed).toHaveLength(0);
  });
});
