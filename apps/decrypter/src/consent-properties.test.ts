import { isDeepStrictEqual } from 'node:util';
import type { ContractDefinition, EventRecord } from '@ccd/contracts';
import { createFieldCiphers } from '@ccd/privacy';
import { scaled } from '@ccd/testkit';
import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { bodies, consents, contractRef, contracts, noConsents, rules } from './testing/consent-cases.ts';
import { belongs, encryptText, mapTexts, shows, textsAt } from './testing/consent-model.ts';
import type { Json, JsonObject, Rule } from './testing/consent-model.ts';
import { createConsentRig } from './testing/consent-rig.ts';
import type { ConsentRig, Outcome, Sealing } from './testing/consent-rig.ts';

/** A case is one event judged for one derived stream. */
const fullCases = 100_000;
const eventsOfRun = 5;
const rulesOfRun = 8;
const runs = Math.ceil(scaled(fullCases) / (eventsOfRun * rulesOfRun));

jest.setTimeout(scaled(900_000));

const ciphers = createFieldCiphers();
const sealings = fc.constantFrom<Sealing>('bytes', 'bytes', 'confluent', 'avro-json');

interface Sent {
  readonly body: JsonObject;
  readonly consents: readonly number[];
  readonly sealing: Sealing;
}

const everyRun = {
  definition: contracts,
  streams: fc.array(rules, { minLength: rulesOfRun, maxLength: rulesOfRun }),
  events: fc.array(fc.record({ body: bodies, consents, sealing: sealings }), {
    minLength: eventsOfRun,
    maxLength: eventsOfRun,
  }),
};

const toEvent = ({ body, consents: consentLevels }: Pick<Sent, 'body' | 'consents'>): JsonObject => ({
  ...body,
  strmMeta: { eventContractRef: contractRef, consentLevels },
});

const personalFields = ({ fields }: ContractDefinition) =>
  fields.map(({ fieldName, purposeLevel }) => ({ path: fieldName, purposeLevel }));

/** The stored event as one of these streams is to have it: what its purposes show in clear text, all else as it is. */
function seenBy(rule: Rule, stored: Json, sent: Json, definition: ContractDefinition): Json {
  return personalFields(definition)
    .filter(({ purposeLevel }) => shows(rule, purposeLevel))
    .reduce<Json>((event, { path }) => {
      const clear = textsAt(sent, path).values();
      return mapTexts(event, path, () => clear.next().value ?? '');
    }, stored);
}

/** The texts of personal fields that this stream may not have anywhere, unless they stand in another field as well. */
function hiddenFrom(rule: Rule, sent: Json, seen: Json, definition: ContractDefinition): readonly string[] {
  const open = JSON.stringify(seen);
  return personalFields(definition)
    .filter(({ purposeLevel }) => !shows(rule, purposeLevel))
    .flatMap(({ path }) => textsAt(sent, path))
    .filter((text) => !open.includes(JSON.stringify(text).slice(1, -1)));
}

/** Jest's own comparison, which says what differs, is ten times as slow as finding out that nothing does. */
function expectSame(actual: Json | undefined, expected: Json | undefined): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected);
}

function expectNothing({ events }: Outcome): void {
  expect([...events]).toEqual([]);
}

/** Runs the property on a way of its own for each contract. */
async function check<Case extends { readonly definition: ContractDefinition }>(
  cases: fc.Arbitrary<Case>,
  numRuns: number,
  judge: (rig: ConsentRig, given: Case) => Promise<void>,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(cases, async (given) => {
      const rig = createConsentRig(given.definition, ciphers);
      try {
        await judge(rig, given);
      } finally {
        await rig.close();
      }
    }),
    // What fails is small enough to read, and making it smaller takes minutes.
    { numRuns: Math.ceil(numRuns), endOnFailure: true },
  );
}

describe('a stored event', () => {
  it('has every personal field encrypted, whatever its purpose and the consent, and nothing else', async () => {
    await check(fc.record(everyRun), runs / 4, async (rig, { definition, events }) => {
      for (const sent of events) {
        const key = await rig.keyOf(sent.body);
        const event = toEvent(sent);
        const value = rig.seal(event, key, sent.sealing);
        const expected = personalFields(definition).reduce<Json>(
          (changed, { path }) => mapTexts(changed, path, (text) => encryptText(key.keyset, text)),
          sent.body,
        );
        expect(rig.readStored(value)).toMatchObject(expected as JsonObject);
        for (const text of hiddenFrom({ type: '', levels: [] }, event, expected, definition)) {
          expect(value.includes(text)).toBe(false);
        }
      }
    });
  });
});

describe('a derived stream', () => {
  it('has the events with consent for it, and of their fields those of its purposes', async () => {
    let judged = 0;
    await check(fc.record(everyRun), runs, async (rig, { definition, streams, events }) => {
      for (const sent of events) {
        const key = await rig.keyOf(sent.body);
        const event = toEvent(sent);
        const value = rig.seal(event, key, sent.sealing);
        const stored = rig.readStored(value);
        const outcome = await rig.derive(value, streams);
        expect(outcome.reason).toBeUndefined();
        streams.forEach((rule, index) => {
          const expected = belongs(rule, sent.consents) ? seenBy(rule, stored, event, definition) : undefined;
          expectSame(outcome.events.get(index), expected);
          for (const text of hiddenFrom(rule, event, expected ?? null, definition)) {
            expect(outcome.values.get(index)?.includes(text)).not.toBe(true);
          }
          judged += 1;
        });
      }
    });
    expect(judged).toBeGreaterThanOrEqual(scaled(fullCases));
  });

  it('has nothing of an event whose consents are none, in whatever form a record has them', async () => {
    const cases = fc.record({ ...everyRun, odd: noConsents });
    await check(cases, runs / 4, async (rig, { definition, streams, events, odd }) => {
      for (const { body } of events) {
        const key = await rig.keyOf(body);
        // Of the two formats, the text is the one that another hand can give another shape.
        const text = rig.seal(toEvent({ body, consents: [] }), key, 'avro-json').toString();
        const { strmMeta, ...rest } = JSON.parse(text) as { strmMeta: JsonObject };
        const changed = { ...rest, strmMeta: { ...strmMeta, consentLevels: odd } };
        const payload = Buffer.from(JSON.stringify(changed));
        const header = definition.schema.kind === 'json-schema' ? [0, 0, 0, 0, definition.schemaId] : [];
        expectNothing(await rig.derive(Buffer.concat([Buffer.from(header), payload]), streams));
        expectNothing(await rig.derive(payload, streams));
      }
    });
  });
});

type Fault = (rig: ConsentRig, sealed: Sealed) => Promise<Buffer>;

interface Sealed {
  readonly value: Buffer;
  readonly keyLink: string;
}

const withMeta = (event: EventRecord, change: object): EventRecord => ({
  ...event,
  strmMeta: { ...(event['strmMeta'] as object), ...change },
});

/** What is wrong, why its partition waits where a stream has consent (undefined: it is left out), and how it comes. */
const faults: readonly (readonly [string, string | undefined, Fault])[] = [
  [
    'whose key was erased',
    undefined,
    async (rig, { value, keyLink }) => {
      await rig.eraseKey(keyLink);
      return value;
    },
  ],
  [
    'whose key nobody has',
    'KeyMissing',
    async (rig, { value }) =>
      rig.alter(value, (event) => withMeta(event, { keyLink: 'a link that nobody has' })),
  ],
  [
    'whose key is of another stream',
    'KeyMissing',
    async (rig, { value }) => {
      const { keyLink } = await rig.makeKey('session', '2');
      return rig.alter(value, (event) => withMeta(event, { keyLink }));
    },
  ],
  [
    'without a key',
    'UnreadableRecord',
    async (rig, { value }) => rig.alter(value, (event) => withMeta(event, { keyLink: null })),
  ],
  [
    'of a contract that nobody knows',
    'UnreadableRecord',
    async (rig, { value }) =>
      rig.alter(value, (event) => withMeta(event, { eventContractRef: 'acme/other/1.0.0' })),
  ],
  [
    'of a schema that nobody knows',
    'UnreadableRecord',
    async (_rig, { value }) =>
      value[0] === 0
        ? Buffer.concat([Buffer.from([0, 0, 0, 9, 9]), value.subarray(5)])
        : Buffer.from(value.toString().replace(contractRef, 'acme/other/1.0.0')),
  ],
  ['cut short', 'UnreadableRecord', async (_rig, { value }) => value.subarray(0, -1)],
  ['that is empty', 'UnreadableRecord', async () => Buffer.alloc(0)],
];

describe('nothing is derived of an event', () => {
  it.each(faults)('%s', async (_name, reason, fault) => {
    await check(fc.record(everyRun), runs / 20, async (rig, { streams, events }) => {
      for (const sent of events) {
        const key = await rig.keyOf(sent.body);
        const value = rig.seal(toEvent(sent), key, sent.sealing);
        const { keyLink } = key;
        const outcome = await rig.derive(await fault(rig, { value, keyLink }), streams);
        expectNothing(outcome);
        const isTold = streams.some((rule) => belongs(rule, sent.consents));
        expect(isTold ? [reason] : [undefined, 'UnreadableRecord']).toContain(outcome.reason);
        expect(outcome.erased).toBe(isTold && reason === undefined ? 1 : 0);
      }
    });
  });
});

/** What is done to a ciphertext. */
const changes = fc.constantFrom<(ciphertext: string) => string>(
  (ciphertext) => flip(ciphertext, 0),
  (ciphertext) => flip(ciphertext, 3),
  (ciphertext) => flip(ciphertext, 5),
  (ciphertext) => flip(ciphertext, -1),
  (ciphertext) => ciphertext.slice(0, -4),
  (ciphertext) => ciphertext.replace(/=*$/, '='.repeat(3)),
  (ciphertext) => ` ${ciphertext}`,
  () => 'a clear text',
  () => '',
);

function flip(ciphertext: string, at: number): string {
  const bytes = Buffer.from(ciphertext, 'base64');
  const place = at < 0 ? bytes.length + at : at;
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  return bytes.toString('base64');
}

describe('an event with a changed ciphertext', () => {
  it('is derived for nobody where somebody would see that field, and passes as it is where nobody would', async () => {
    const cases = fc.record({ ...everyRun, change: changes, which: fc.nat() });
    let judged = 0;
    await check(cases, runs / 4, async (rig, { definition, streams, events, change, which }) => {
      for (const sent of events) {
        const key = await rig.keyOf(sent.body);
        const event = toEvent(sent);
        const personal = personalFields(definition).filter(({ path }) => textsAt(event, path).length > 0);
        const hit = personal[which % Math.max(personal.length, 1)];
        if (hit === undefined) continue;
        let left = 1;
        const value = rig.alter(
          rig.seal(event, key, sent.sealing),
          (stored) =>
            mapTexts(stored as JsonObject, hit.path, (text) => {
              left -= 1;
              return left === 0 ? change(text) : text;
            }) as EventRecord,
        );
        const outcome = await rig.derive(value, streams);
        const takers = streams.filter((rule) => belongs(rule, sent.consents));
        const isSeen = takers.some((rule) => shows(rule, hit.purposeLevel));
        expect(outcome.reason).toBe(isSeen ? 'DecryptionFailed' : undefined);
        expect(outcome.events.size).toBe(isSeen ? 0 : takers.length);
        for (const derived of outcome.events.values())
          expect(textsAt(derived, hit.path)).toEqual(textsAt(rig.readStored(value), hit.path));
        judged += 1;
      }
    });
    expect(judged).toBeGreaterThan(runs / 4);
  });
});
