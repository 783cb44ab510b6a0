import type { ClientStream } from '@ccd/controlplane';
import { ControlPlaneUnavailableError, InvalidAnswerError } from '@ccd/controlplane';
import type { ClientStreams, StreamTokens } from '@ccd/dataplane';
import { KeySetUnavailableError, TokenRefusedError } from '@ccd/dataplane';
import { LogUnavailableError, RecordTooLargeError, TopicNotFoundError } from '@ccd/eventlog';
import { KeyStoreUnavailableError } from '@ccd/keystore';
import type { Logger } from '@ccd/service';
import { errorFields } from '@ccd/service';
import type { GatewayResponse } from './gateway-response.ts';
import { badRequest, clientIdMissing, forbidden, unauthorized, unavailable } from './gateway-response.ts';

/** Who sends, and to which stream; or the answer for one that is not let in. */
export type Admission = { readonly sender: ClientStream } | { readonly response: GatewayResponse };

/**
 * Finds out who sends, before the body is read; at once where token and stream are known.
 * @param authorization the header of that name
 */
export function admit(doors: Doors, authorization: string | undefined): Admission | Promise<Admission> {
  const clientId = doors.tokens.clientIdOf(authorization);
  const found = typeof clientId === 'string' ? doors.streams.find(clientId) : undefined;
  return found === undefined || found instanceof Promise ? waitFor(doors, clientId) : judge(found);
}

interface Doors {
  readonly tokens: StreamTokens;
  readonly streams: ClientStreams;
}

async function waitFor({ streams }: Doors, asked: string | Promise<string>): Promise<Admission> {
  let clientId: string;
  try {
    clientId = await asked;
  } catch (error) {
    if (!(error instanceof TokenRefusedError)) throw error;
    const response =
      error.reason === 'no-client-id' ? clientIdMissing : unauthorized('TokenRefused', error.message);
    return { response };
  }
  return judge(await streams.find(clientId));
}

function judge(found: ClientStream | undefined): Admission {
  if (found === undefined) {
    return { response: forbidden('UnknownClient', 'No stream of this installation has this client id') };
  }
  const { stream } = found;
  if (stream.kind !== 'source') {
    return {
      response: forbidden('NotASource', `Stream '${stream.name}' is derived: events go to its source`),
    };
  }
  if (!stream.enabled)
    return { response: forbidden('StreamDisabled', `Stream '${stream.name}' is disabled`) };
  return { sender: found };
}

/** What the sender is told when the gateway could not do its work. Nothing was accepted that is not answered so. */
export function responseToFailure(error: unknown, logger: Logger): GatewayResponse {
  if (error instanceof RecordTooLargeError) {
    return { ...badRequest('TooLarge', 'The event is too large'), status: 413 };
  }
  const expected = expectedFailure(error);
  if (expected !== undefined) {
    logger.warn({ reason: expected.reason, error: errorFields(error) }, 'an event could not be accepted');
    return expected;
  }
  logger.error({ error: errorFields(error) }, 'an event failed');
  return unavailable('Failed', 'The event could not be accepted; try again');
}

function expectedFailure(error: unknown): GatewayResponse | undefined {
  if (error instanceof TopicNotFoundError) {
    return unavailable('StreamNotReady', 'The stream is not ready yet; try again');
  }
  if (error instanceof LogUnavailableError) {
    return unavailable('LogUnavailable', 'The event log does not answer; try again');
  }
  if (error instanceof KeyStoreUnavailableError) {
    return unavailable('KeyStoreUnavailable', 'No key is to be had for this event; try again');
  }
  if (error instanceof ControlPlaneUnavailableError || error instanceof KeySetUnavailableError) {
    return unavailable('ControlPlaneUnavailable', 'The control plane does not answer; try again');
  }
  if (error instanceof InvalidAnswerError) {
    return unavailable('InvalidAnswer', 'The control plane gives no answer that can be used; try again');
  }
  return undefined;
}
