import type { ConsentLevelType, ConsentRule } from '@ccd/contracts';
import { entities } from '@ccd/protocol';
import type { DesiredStream, Masking } from '../domain.ts';
import {
  InvalidFieldError,
  optionalUuid,
  requireContractRef,
  requireCount,
  requireMessage,
  requireName,
  requireText,
  requireUuid,
  requireWithin,
  requireWord,
} from './fields.ts';
import type { Specified } from './fields.ts';

const most = {
  levels: 50,
  level: 2_147_483_647,
  contracts: 1_000,
  patterns: 1_000,
  pattern: 1_000,
  seed: 1_000,
};

const consentTypes: Record<Specified<entities.ConsentLevelType>, ConsentLevelType> = {
  [entities.ConsentLevelType.CUMULATIVE]: 'CUMULATIVE',
  [entities.ConsentLevelType.GRANULAR]: 'GRANULAR',
};

/** @throws InvalidFieldError */
export function toStream({ stream: maybe, topic, uuid, keyStream }: entities.ExtendedStream): DesiredStream {
  const stream = requireMessage(maybe, 'stream');
  const ref = requireMessage(stream.ref, 'ref');
  const prefix = keyStream ? 'keys-' : 'stream-';
  if (topic !== `${prefix}${requireUuid(uuid, 'uuid')}`) {
    throw new InvalidFieldError('topic', `is not ${prefix}<uuid>`);
  }
  const common = {
    topic,
    uuid,
    name: requireName(ref.name, 'ref.name'),
    projectId: requireUuid(ref.projectId, 'ref.project_id'),
    enabled: stream.enabled,
  };
  if (keyStream) return { ...common, kind: 'keys' };
  const policyId = optionalUuid(stream.policyId, 'policy_id');
  if (stream.linkedStream === '') {
    requireCount(stream.consentLevels, 'consent_levels of a source stream', 0, 0);
    return { ...common, kind: 'source', policyId };
  }
  const masking = toMasking(stream.maskedFields);
  return {
    ...common,
    kind: 'derived',
    source: requireName(stream.linkedStream, 'linked_stream'),
    consent: toConsent(stream),
    ...(masking && { masking }),
    policyId,
  };
}

/** The type is GRANULAR where none is given, the stricter of the two. */
function toConsent({ consentLevels, consentLevelType }: entities.Stream): ConsentRule {
  const type =
    consentLevelType === entities.ConsentLevelType.CONSENT_LEVEL_TYPE_UNSPECIFIED
      ? 'GRANULAR'
      : requireWord(consentTypes, consentLevelType, 'consent_level_type');
  const levels = requireCount(consentLevels, 'consent_levels', 1, type === 'CUMULATIVE' ? 1 : most.levels);
  return { type, levels: levels.map((level) => requireWithin(level, 'consent_levels', 0, most.level)) };
}

/** What the control plane answers where it withholds the seed. Masking with it would be masking with a known seed. */
const hiddenSeed = /^\*+$/;

function toMasking(masked: entities.MaskedFields | undefined): Masking | undefined {
  const patterns = Object.entries(masked?.fieldPatterns ?? {}).filter(
    ([, { fieldPatterns }]) => fieldPatterns.length > 0,
  );
  if (masked === undefined || patterns.length === 0) return undefined;
  if (masked.hashType !== '' && masked.hashType.toLowerCase() !== 'murmurhash3') {
    throw new InvalidFieldError('masked_fields.hash_type', 'is not one that this version knows');
  }
  const seed = requireText(masked.seed, 'masked_fields.seed', most.seed);
  if (hiddenSeed.test(seed)) throw new InvalidFieldError('masked_fields.seed', 'is withheld');
  requireCount(patterns, 'masked_fields.field_patterns', 1, most.contracts);
  return { seed, fieldsByContract: new Map(patterns.map(toMaskedContract)) };
}

function toMaskedContract([ref, { fieldPatterns }]: [string, entities.MaskedFields_PatternList]): [
  string,
  readonly string[],
] {
  const field = 'masked_fields.field_patterns';
  const fields = requireCount(fieldPatterns, field, 1, most.patterns).map((pattern) => {
    if (pattern.includes('strmMeta')) throw new InvalidFieldError(field, 'names strmMeta');
    return requireText(pattern, field, most.pattern);
  });
  return [requireContractRef(ref, `the key of ${field}`), fields];
}
