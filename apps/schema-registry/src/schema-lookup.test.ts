import {
  ControlPlaneRefusedError,
  ControlPlaneUnavailableError,
  InvalidAnswerError,
} from '@ccd/controlplane';
import { DeadlineExceededError } from '@ccd/reconcile';
import { describe, expect, it } from '@jest/globals';
import { createSchemaLookup } from './schema-lookup.ts';
import type { LookupOutcome } from './schema-lookup.ts';

function setUp(schemaById: (id: number) => Promise<string | undefined>, maxLookups = 10) {
  const outcomes: LookupOutcome['kind'][] = [];
  const lookup = createSchemaLookup({
    catalog: { schemaById },
    maxLookups,
    onOutcome: ({ kind }) => outcomes.push(kind),
  });
  return { lookup, outcomes };
}

describe(createSchemaLookup, () => {
  it.each([
    ['{"type":"record","name":"A","fields":[]}', 'AVRO'],
    ['"string"', 'AVRO'],
    ['{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object"}', 'JSON'],
  ])('tells of %s that it is %s', async (text, type) => {
    const { lookup, outcomes } = setUp(async () => text);
    await expect(lookup(7)).resolves.toEqual({ type, text });
    expect(outcomes).toEqual(['known']);
  });

  it('finds nothing where the control plane knows nothing', async () => {
    const { lookup, outcomes } = setUp(async () => undefined);
    await expect(lookup(7)).resolves.toBeUndefined();
    expect(outcomes).toEqual(['unknown']);
  });

  it.each([
    ['no answer', new ControlPlaneUnavailableError('GetSchema', 'UNAVAILABLE', 'away')],
    ['a refusal', new ControlPlaneRefusedError('GetSchema', 'UNAUTHENTICATED', '')],
    ['an answer that cannot be used', new InvalidAnswerError('GetSchema', 'too long')],
    ['the time that was given', new DeadlineExceededError('an answer', 5_000)],
  ])('asks to try again after %s: nothing is known of the schema then', async (_case, failure) => {
    const { lookup, outcomes } = setUp(async () => Promise.reject(failure));
    await expect(lookup(7)).rejects.toMatchObject({ status: 503, errorCode: 503 });
    expect(outcomes).toEqual(['unavailable']);
  });

  it('lets no more wait than it may, and takes others once there is room', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const { lookup, outcomes } = setUp(() => promise, 2);
    const waiting = [lookup(1), lookup(2)];
    await expect(lookup(3)).rejects.toMatchObject({ status: 503 });
    resolve('"string"');
    await Promise.all(waiting);
    await lookup(3);
    expect(outcomes).toEqual(['refused', 'known', 'known', 'known']);
  });
});
