import { ControlPlaneUnavailableError } from '@ccd/controlplane';
import type { DesiredStream } from '@ccd/controlplane';
import type { ClientStreams, StreamTokens } from '@ccd/dataplane';
import { KeySetUnavailableError, TokenRefusedError } from '@ccd/dataplane';

export interface Refusal {
  readonly status: 401 | 403 | 503;
  readonly message: string;
}

export type Admission = { readonly stream: DesiredStream } | { readonly refusal: Refusal };

const refuse = (status: Refusal['status'], message: string): Admission => ({ refusal: { status, message } });

/**
 * Finds the stream whose events the bearer of a token may read: the one that the token's client stands for.
 * @param authorization the header of that name
 */
export async function admit(
  { tokens, streams }: { readonly tokens: StreamTokens; readonly streams: ClientStreams },
  authorization: string | undefined,
): Promise<Admission> {
  try {
    const found = await streams.find(await tokens.clientIdOf(authorization));
    return found === undefined
      ? refuse(403, 'No stream of this installation has this client id')
      : { stream: found.stream };
  } catch (error) {
    if (error instanceof TokenRefusedError) return refuse(401, error.message);
    if (error instanceof ControlPlaneUnavailableError || error instanceof KeySetUnavailableError) {
      return refuse(503, 'The control plane does not answer; try again');
    }
    throw error;
  }
}
