import type { Clock } from '@ccd/reconcile';
import { CliError } from '../cli-error.ts';
import { innermostReason } from '../files/innermost-reason.ts';
import type { StreamToken } from './stream-token.ts';

export interface SendOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly token: StreamToken;
  readonly url: string;
  readonly schemaRef: string;
  readonly intervalMs: number;
  readonly nextEvent: () => Uint8Array;
  /** Told the total every few seconds, and at the end. */
  readonly onProgress: (count: number) => void;
}

const progressEveryMs = 5_000;
const attemptTimeoutMs = 30_000;

/** Sends event after event until the signal aborts. @throws CliError at the first answer that is not 204 */
export async function sendEvents(options: SendOptions): Promise<void> {
  const { clock, signal, intervalMs, onProgress } = options;
  let count = 0;
  let told = clock.monotonic();
  try {
    while (!signal.aborted) {
      const started = clock.monotonic();
      await sendOne(options);
      count += 1;
      if (clock.monotonic() - told >= progressEveryMs) {
        onProgress(count);
        told = clock.monotonic();
      }
      const pause = intervalMs - (clock.monotonic() - started);
      if (pause > 0) await clock.sleep(pause, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    onProgress(count);
  }
}

async function sendOne(options: SendOptions): Promise<void> {
  const { url, token } = options;
  const event = options.nextEvent();
  let response = await post(options, await token.get(), event);
  if (response.status === 401) {
    // The token may have been taken back before its time.
    await response.body?.cancel();
    token.drop();
    response = await post(options, await token.get(), event);
  }
  if (response.status === 204) return;
  const body = (await response.text()).trim();
  throw new CliError(`${url} answered ${response.status}${body === '' ? '' : `: ${body}`}`);
}

async function post(
  { fetch, url, schemaRef, signal }: SendOptions,
  accessToken: string,
  body: Uint8Array,
): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${accessToken}`,
        'content-type': 'application/octet-stream',
        'strm-schema-ref': schemaRef,
        'strm-serialization-type': 'application/x-avro-binary',
      },
      body: Uint8Array.from(body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(attemptTimeoutMs)]),
    });
  } catch (cause) {
    throw new CliError(`${url} cannot be reached (${innermostReason(cause)})`, { cause });
  }
}
