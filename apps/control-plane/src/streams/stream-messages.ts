import { entities } from '@ccd/protocol';
import type { StoredStream } from './stream-store.ts';

/** Shown in place of a seed, also where there is none, as existing clients know it. */
const hiddenSeed = '****';

/** What a self-hosted installation allows: nothing that it would ever reach. */
const unlimited: entities.Limits = { eventRate: 999_999n, eventCount: 999_999_999n };

export const topicOf = ({ id }: Pick<StoredStream, 'id'>): string => `stream-${id}`;
export const keyTopicOf = ({ id }: Pick<StoredStream, 'id'>): string => `keys-${id}`;

/** Deprecated in the protocol, and still what existing clients read. */
const legacyFieldsOf = (stored: StoredStream) => ({ kafkaTopic: topicOf(stored) });

/**
 * The stream as users see it: with its credentials, which clients read from here, and with the mask seed only in the
 * answer to its creation.
 */
export function toUserStream(stored: StoredStream, seed: 'shown' | 'hidden'): entities.Stream {
  const { message, projectId, clientId, clientSecret, sourceId, maskSeed } = stored;
  return {
    ...message,
    enabled: true,
    limits: sourceId === undefined ? unlimited : undefined,
    credentials: [entities.Credentials.create({ clientId, clientSecret, projectId })],
    maskedFields: withSeed(message.maskedFields, seed === 'shown' ? maskSeed : hiddenSeed),
    ...legacyFieldsOf(stored),
  };
}

/** The stream as its installation needs it: with the seed, to mask with; without the secrets of its clients. */
export function toInstallationStream(stored: StoredStream): entities.Stream {
  const { message, projectId, clientId, sourceId, maskSeed } = stored;
  return {
    ...message,
    enabled: true,
    limits: sourceId === undefined ? unlimited : undefined,
    credentials: [entities.Credentials.create({ clientId, projectId })],
    maskedFields: withSeed(message.maskedFields, maskSeed),
    ...legacyFieldsOf(stored),
  };
}

function withSeed(
  masked: entities.MaskedFields | undefined,
  seed: string | undefined,
): entities.MaskedFields {
  return entities.MaskedFields.create({ ...masked, seed: seed ?? '' });
}

export function toKeyStream(stored: StoredStream): entities.KeyStream {
  const { name, projectId } = stored;
  return entities.KeyStream.create({
    ref: entities.KeyStreamRef.create({ name, projectId }),
    kafkaTopic: keyTopicOf(stored),
  });
}

/** What one stream is to the agents: itself and, for a source stream, its key stream. */
export function toExtendedStreams(stored: StoredStream): readonly entities.ExtendedStream[] {
  const stream = toInstallationStream(stored);
  const itself = { stream, topic: topicOf(stored), uuid: stored.id, keyStream: false };
  if (stored.sourceId !== undefined) return [itself];
  return [itself, { stream, topic: keyTopicOf(stored), uuid: stored.id, keyStream: true }];
}
