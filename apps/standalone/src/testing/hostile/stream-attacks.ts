import { derivedStream, uuidOf } from '@ccd/controlplane/testing';
import { bound, read } from './attack.ts';
import type { Attack } from './attack.ts';
import type { Items, StreamItem } from './honest.ts';

/** A derived stream of the sample entities. */
const victim = uuidOf(101);

const onStream =
  (spoil: (stream: StreamItem) => StreamItem) =>
  (items: Items): Items => ({
    ...items,
    streams: items.streams.map((item) => (item.uuid === victim ? spoil(item) : item)),
  });
const inStream = (change: Parameters<typeof derivedStream>[1]): Attack['change'] =>
  onStream((item) => ({
    ...item,
    stream: { ...derivedStream(101, item.stream).stream, ...change } as StreamItem['stream'],
  }));
const masking = (change: {
  hashType?: string;
  seed?: string;
  ref?: string;
  patterns?: readonly string[];
}) => {
  const { hashType = '', seed = 'seed', ref = 'acme/demo/1.0.0', patterns = ['a'] } = change;
  return inStream({
    maskedFields: { hashType, seed, fieldPatterns: { [ref]: { fieldPatterns: [...patterns] } } },
  });
};

export const streamAttacks: readonly Attack[] = [
  bound(
    'a purpose that the customer does not allow',
    inStream({ consentLevels: [1, 9] }),
    /BeyondGuardrails: purpose 9/,
  ),
  bound(
    'a cumulative level that opens purpose 0',
    inStream({ consentLevels: [3], consentLevelType: 1 }),
    /BeyondGuardrails: cumulative level 3 opens purpose 0/,
  ),
  read('a derived stream for no purpose', inStream({ consentLevels: [] }), /consent_levels has 0 entries/),
  read(
    'a derived stream for a thousand purposes',
    inStream({ consentLevels: Array.from({ length: 1_000 }, (_, level) => level) }),
    /consent_levels has 1000 entries/,
  ),
  read('a purpose below zero', inStream({ consentLevels: [-1] }), /consent_levels is not between/),
  read(
    'several cumulative levels',
    inStream({ consentLevels: [1, 2], consentLevelType: 1 }),
    /consent_levels has 2 entries/,
  ),
  read(
    'a consent model of its own',
    inStream({ consentLevelType: 99 as 1 }),
    /consent_level_type has a value/,
  ),
  read(
    'masking with a seed that everybody knows',
    masking({ seed: '****' }),
    /masked_fields.seed is withheld/,
  ),
  read('masking with a hash of its own', masking({ hashType: 'rot13' }), /masked_fields.hash_type/),
  read('masking for a contract that climbs', masking({ ref: '../../etc' }), /the key of masked_fields/),
  read('masking for the prototype', masking({ ref: 'constructor' }), /the key of masked_fields/),
  read('masking of the consent itself', masking({ patterns: ['strmMeta/consentLevels'] }), /names strmMeta/),
  read(
    'a million masked fields',
    masking({ patterns: Array.from({ length: 20_000 }, (_, n) => `f${n}`) }),
    /masked_fields.field_patterns has 20000 entries/,
  ),
  read(
    'a topic of the system',
    onStream((item) => ({ ...item, topic: 'ccd-registry-x' })),
    /topic /,
  ),
  read(
    'a topic that climbs',
    onStream((item) => ({ ...item, topic: 'stream-../../x' })),
    /topic /,
  ),
  read(
    "another stream's topic",
    onStream((item) => ({ ...item, topic: `stream-${uuidOf(1)}` })),
    /topic /,
  ),
  read(
    'events in a topic of keys',
    onStream((item) => ({ ...item, topic: `keys-${item.uuid}` })),
    /topic /,
  ),
  read(
    'keys that nothing protects, as a stream',
    onStream((item) => ({ ...item, keyStream: true })),
    /topic /,
  ),
  read(
    'a source whose name breaks lines',
    inStream({ linkedStream: 'a\nb' }),
    /linked_stream holds characters/,
  ),
  read(
    'a name of a megabyte',
    inStream({ ref: { name: 'n'.repeat(1_000_000), projectId: uuidOf(1), billingId: '' } }),
    /ref.name/,
  ),
  read(
    'a name that turns the line around',
    inStream({ ref: { name: 'a\u202eb', projectId: uuidOf(1), billingId: '' } }),
    /ref.name holds characters/,
  ),
  read(
    'a project that climbs',
    inStream({ ref: { name: 'stream 101', projectId: '../..', billingId: '' } }),
    /ref.project_id is not/,
  ),
  read('a policy that is a path', inStream({ policyId: '/etc/passwd' }), /policy_id is not/),
];
