import { randomBytes } from 'node:crypto';
import { entities } from '@ccd/protocol';
import { invalidArgument } from '../rpc/status-error.ts';

const { ConsentLevelType } = entities;

/** Checks the request for a source stream. @throws StatusError INVALID_ARGUMENT */
export function checkSource(stream: entities.Stream): void {
  if (!stream.ref?.name) throw invalidArgument('A source stream needs a name (stream.ref.name)');
  if (stream.consentLevels.length > 0) {
    throw invalidArgument(
      'A source stream has no consent levels; name the stream it derives from (linked_stream)',
    );
  }
  if (hasMasking(stream))
    throw invalidArgument('Fields are masked on derived streams; this is a source stream');
}

/** Checks the request for a derived stream and fills in its type of consent. @throws StatusError INVALID_ARGUMENT */
export function checkDerived(stream: entities.Stream): entities.ConsentLevelType {
  const { consentLevels, consentLevelType } = stream;
  if (consentLevels.length === 0) throw invalidArgument('A derived stream needs at least one consent level');
  if (consentLevels.some((level) => level < 0)) throw invalidArgument('Consent levels are 0 or more');
  if (new Set(consentLevels).size !== consentLevels.length) {
    throw invalidArgument('Each consent level is given once');
  }
  if (consentLevelType === ConsentLevelType.CUMULATIVE && consentLevels.length > 1) {
    throw invalidArgument('A stream of type CUMULATIVE has exactly one consent level');
  }
  return consentLevelType === ConsentLevelType.CUMULATIVE
    ? ConsentLevelType.CUMULATIVE
    : ConsentLevelType.GRANULAR;
}

export function hasMasking({ maskedFields }: entities.Stream): boolean {
  return maskedFields !== undefined && Object.keys(maskedFields.fieldPatterns).length > 0;
}

/** `<source>-<levels joined by ->`, with an M before the levels where fields are masked. */
export function derivedName(source: string, stream: entities.Stream): string {
  return `${source}-${hasMasking(stream) ? 'M' : ''}${stream.consentLevels.join('-')}`;
}

const hashTypes = ['', 'murmurhash3'];

/** The seed to mask with: the given one, or a fresh one. @throws StatusError INVALID_ARGUMENT */
export function maskSeedOf(stream: entities.Stream): string | undefined {
  const { maskedFields } = stream;
  if (maskedFields === undefined || !hasMasking(stream)) return undefined;
  if (!hashTypes.includes(maskedFields.hashType.toLowerCase())) {
    throw invalidArgument(`The hash type '${maskedFields.hashType}' is unknown; Murmurhash3 is offered`);
  }
  return maskedFields.seed === '' ? randomBytes(24).toString('base64url') : maskedFields.seed;
}
