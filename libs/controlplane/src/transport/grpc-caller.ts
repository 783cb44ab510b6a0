import { Client, credentials, Metadata } from '@grpc/grpc-js';
import type { ChannelOptions, ClientUnaryCall, ServiceError } from '@grpc/grpc-js';
import { status } from '@grpc/grpc-js';
import { DeadlineExceededError, withDeadline } from '@ccd/reconcile';
import type { Clock } from '@ccd/reconcile';
import {
  CallStatusError,
  ControlPlaneUnavailableError,
  InvalidAnswerError,
  toControlPlaneError,
  toPlainDetails,
} from '../errors.ts';
import type { CompiledSettings } from '../options.ts';
import { installationKey } from '../snapshot-metadata.ts';
import type { RawAnswer } from '../snapshot/whole-answer.ts';
import { isRetryable, retryDelayMs } from './retry.ts';
import { proxyTo } from './proxy.ts';
import { tlsChannel } from './tls-channel.ts';
import type { TokenSource } from './token-source.ts';

/** The part of a generated method that a call needs. */
export interface Method<Request> {
  readonly path: string;
  readonly requestSerialize: (request: Request) => Buffer;
}

export interface CallOptions {
  readonly signal: AbortSignal;
  readonly idempotent: boolean;
  /** Sent beside the request. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Calls with token, deadline and retries; answers as bytes, to be judged before they are decoded. */
export interface GrpcCaller {
  /** @throws ControlPlaneUnavailableError, ControlPlaneRefusedError, InvalidAnswerError (of the token, or for another installation) */
  unary<Request>(method: Method<Request>, request: Request, options: CallOptions): Promise<RawAnswer>;
  /** Sends `requests` in one client stream and waits for the answer. */
  clientStream<Request>(
    method: Method<Request>,
    requests: readonly Request[],
    options: CallOptions,
  ): Promise<RawAnswer>;
  close(): void;
}

export interface GrpcCallerOptions {
  readonly settings: CompiledSettings;
  readonly tokens: TokenSource;
  readonly clock: Clock;
  readonly random: () => number;
}

const asIs = (bytes: Buffer): Buffer => bytes;

/** Connects lazily: the first call does it, and each after a broken connection does it again. */
export function createGrpcCaller({ settings, tokens, clock, random }: GrpcCallerOptions): GrpcCaller {
  const client = createClient(settings);
  const closed = new AbortController();

  /** One attempt, with the deadline on both sides: ours by the clock, the server's by grpc-timeout. */
  function attempt(
    start: Start,
    token: string,
    { signal, metadata: extra = {} }: CallOptions,
  ): Promise<RawAnswer> {
    const metadata = new Metadata();
    for (const [key, value] of Object.entries(extra)) metadata.set(key, value);
    metadata.set('authorization', `Bearer ${token}`);
    metadata.set('strm-installation-id', settings.installationId);
    const ms = settings.attemptTimeoutMs;
    return withDeadline(clock, { step: 'an answer', ms, parent: signal }, (limited) =>
      settle((callback) => start(metadata, Date.now() + ms, callback), limited),
    );
  }

  /** @param onFailure told of each failure that another attempt follows */
  async function run(
    path: string,
    start: Start,
    options: CallOptions,
    onFailure: (error: Error) => void,
  ): Promise<RawAnswer> {
    const { idempotent, signal } = options;
    let renewed = false;
    for (let number = 1; ; number++) {
      const isLast = number >= settings.maxAttempts;
      let token: string;
      try {
        token = await tokens.token(signal);
      } catch (error) {
        // Nothing was sent yet, so that any call may try again.
        if (!(error instanceof ControlPlaneUnavailableError) || isLast) throw error;
        onFailure(error);
        await clock.sleep(retryDelayMs(number, random()), signal);
        continue;
      }
      try {
        const answer = await attempt(start, token, options);
        if (!isFor(settings.installationId, answer)) {
          throw new InvalidAnswerError(path, 'it is for another installation');
        }
        return answer;
      } catch (error) {
        const failure = toStatusError(error, signal);
        if (failure.code === status.UNAUTHENTICATED) {
          // Whatever the cause, this token is of no use; a fresh one is worth one more call, which was not yet made.
          tokens.refused(token);
          if (renewed) throw toControlPlaneError(path, failure);
          renewed = true;
        } else if (!isRetryable(failure.code, idempotent) || isLast) {
          throw toControlPlaneError(path, failure);
        } else {
          onFailure(failure);
          await clock.sleep(retryDelayMs(number, random()), signal);
        }
      }
    }
  }

  async function call(path: string, start: Start, options: CallOptions): Promise<RawAnswer> {
    const signal = AbortSignal.any([options.signal, closed.signal]);
    let last = '';
    try {
      const deadline = { step: 'an answer', ms: settings.totalTimeoutMs, parent: signal };
      return await withDeadline(clock, deadline, (limited) =>
        run(path, start, { ...options, signal: limited }, ({ message }) => {
          last = `; at last ${toPlainDetails(message)}`;
        }),
      );
    } catch (error) {
      // A time limit is a time limit, whoever set it.
      if (!isTimeout(error)) throw error;
      throw new ControlPlaneUnavailableError(path, 'DEADLINE_EXCEEDED', `no answer in time${last}`, {
        cause: error,
      });
    }
  }

  return {
    unary: ({ path, requestSerialize }, request, options) =>
      call(
        path,
        (metadata, deadline, callback) =>
          client.makeUnaryRequest(path, requestSerialize, asIs, request, metadata, { deadline }, callback),
        options,
      ),
    clientStream: ({ path, requestSerialize }, requests, options) =>
      call(
        path,
        (metadata, deadline, callback) => {
          const stream = client.makeClientStreamRequest(
            path,
            requestSerialize,
            asIs,
            metadata,
            { deadline },
            callback,
          );
          for (const request of requests) stream.write(request);
          stream.end();
          return stream;
        },
        options,
      ),
    close() {
      closed.abort(new ControlPlaneUnavailableError('call', 'CANCELLED', 'the connection is closed'));
      client.close();
    },
  };
}

/** An answer that names no installation, as a foreign server's, may be anybody's. */
function isFor(installationId: string, { metadata }: RawAnswer): boolean {
  return metadata.get(installationKey).every((named) => named === installationId);
}

type Callback = (error: ServiceError | null, message?: Buffer) => void;
type RunningCall = Pick<ClientUnaryCall, 'cancel' | 'on'>;
type Start = (metadata: Metadata, deadline: number, callback: Callback) => RunningCall;

function settle(start: (callback: Callback) => RunningCall, signal: AbortSignal): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let metadata = new Metadata();
    const onAbort = (): void => {
      running.cancel();
      reject(signal.reason as Error);
    };
    const running = start((error, message) => {
      signal.removeEventListener('abort', onAbort);
      if (error !== null) reject(toCallStatus(error));
      else if (message === undefined) reject(new CallStatusError(status.INTERNAL, 'no message came'));
      else resolve({ message, metadata });
    });
    running.on('metadata', (received: Metadata) => {
      metadata = received;
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** The library's type promises details; an answer that it cannot decompress comes without. */
const toCallStatus = ({ code, details }: { code: status; details: string | undefined }): CallStatusError =>
  new CallStatusError(code, details ?? 'an answer that cannot be read');

/** How the attempt ended; throws what is no business of the attempt's, above all the caller's own abort. */
function toStatusError(error: unknown, signal: AbortSignal): CallStatusError {
  if (error instanceof CallStatusError) return error;
  if (error instanceof DeadlineExceededError && !signal.aborted) {
    return new CallStatusError(status.DEADLINE_EXCEEDED, error.message);
  }
  throw error;
}

function isTimeout(error: unknown): boolean {
  return error instanceof DeadlineExceededError || isNamed(error, 'TimeoutError');
}

/** By name: the reason of `AbortSignal.timeout` is a DOMException, which is of no class of ours. */
function isNamed(error: unknown, name: string): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === name;
}

function createClient({ host, port, tls, proxy, keepaliveMs, maxAnswerBytes }: CompiledSettings): Client {
  const channel =
    tls === 'off'
      ? { credentials: credentials.createInsecure(), options: {} }
      : tlsChannel(host, tls.ca === undefined ? null : Buffer.from(tls.ca));
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const way = toWay(address, tls === 'off' ? undefined : proxyTo({ host, port }, proxy));
  return new Client(way.target, channel.credentials, {
    ...channel.options,
    ...way.options,
    'grpc.max_receive_message_length': maxAnswerBytes,
    // The default of 64 KiB costs both sides a frame back for every few that bring a large answer.
    'grpc-node.flow_control_window': 1024 * 1024,
    'grpc.keepalive_time_ms': keepaliveMs,
    'grpc.keepalive_timeout_ms': 10_000,
    // Retries are decided here and nowhere else: not by the library, not by what DNS says.
    'grpc.enable_retries': 0,
    'grpc.service_config_disable_resolution': 1,
    'grpc.initial_reconnect_backoff_ms': 500,
    'grpc.max_reconnect_backoff_ms': 10_000,
    'grpc.use_local_subchannel_pool': 1,
  });
}

/** Where the channel connects to, and what it has to know if that is a proxy. */
function toWay(address: string, proxy: URL | undefined): { target: string; options: ChannelOptions } {
  // The library would follow variables of the environment, in lower case and by rules of its own.
  const own = { 'grpc.enable_http_proxy': 0 };
  if (proxy === undefined) return { target: address, options: own };
  const user = decodeURIComponent(`${proxy.username}:${proxy.password}`);
  return {
    target: `${proxy.hostname}:${proxy.port || 80}`,
    options: {
      ...own,
      'grpc.http_connect_target': `dns:${address}`,
      'grpc.default_authority': address,
      ...(proxy.username !== '' && { 'grpc.http_connect_creds': user }),
    },
  };
}
