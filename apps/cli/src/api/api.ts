import { version } from '@ccd/controlplane';
import { Client, Metadata } from '@grpc/grpc-js';
import { toAnswer } from './answer.ts';
import type { Answer, Method } from './answer.ts';
import { channelTo } from './channel.ts';

export type { Answer, Method } from './answer.ts';

/** The control plane, spoken to on behalf of a logged-in person. */
export interface Api {
  /** @throws ServiceError of grpc-js; CliError when the login has ended */
  call<Request, Response>(method: Method<Request, Response>, request: Request): Promise<Answer<Response>>;
  /** Every answer of a server stream, until the server ends it or the signal aborts. */
  follow<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    signal: AbortSignal,
  ): AsyncIterable<Answer<Response>>;
  close(): void;
}

export interface ApiOptions {
  readonly host: string;
  readonly accessToken: () => Promise<string>;
  /** Gives up on calls that are not answered yet. */
  readonly signal: AbortSignal;
  /** How fresh the permissions must be that the server decides by; it hands out a new mark with its answers. */
  readonly zedToken: {
    readonly load: () => Promise<string | undefined>;
    readonly save: (token: string) => Promise<void>;
  };
  /** Told of each call when it is over: its path and the name of its outcome. */
  readonly onCall?: (path: string, outcome: string) => void;
}

const zedHeader = 'strm-zed-token';
const deadlineMs = 30_000;
const bytesAsTheyAre = (bytes: Buffer): Buffer => bytes;

/** Connects at the first call. */
export function connectApi(options: ApiOptions): Api {
  const channel = channelTo(options.host);
  const client = new Client(options.host, channel.credentials, {
    ...channel.options,
    'grpc.primary_user_agent': `strm/${version}`,
    // A page of a large organisation is more than the default 4 MB.
    'grpc.max_receive_message_length': 64 * 1024 * 1024,
  });
  let known: string | undefined;

  async function metadata(): Promise<Metadata> {
    const headers = new Metadata();
    headers.set('authorization', `Bearer ${await options.accessToken()}`);
    headers.set('strm-cli-version', version);
    known ??= await options.zedToken.load();
    if (known !== undefined) headers.set(zedHeader, known);
    return headers;
  }

  async function remember(headers: Metadata | undefined): Promise<void> {
    const token = headers?.get(zedHeader).at(-1)?.toString();
    if (!token || token === known) return;
    known = token;
    await options.zedToken.save(token);
  }

  return {
    async call(method, request) {
      const headers = await metadata();
      let received: Metadata | undefined;
      try {
        const bytes = await new Promise<Buffer>((resolve, reject) => {
          const call = client
            .makeUnaryRequest(
              method.path,
              method.requestSerialize,
              bytesAsTheyAre,
              request,
              headers,
              { deadline: Date.now() + deadlineMs },
              (error, response) => {
                if (error !== null) reject(error);
                else if (response === undefined) reject(new Error('the server sent no answer'));
                else resolve(response);
              },
            )
            .on('metadata', (metadataOfAnswer) => {
              received = metadataOfAnswer;
            });
          const cancel = (): void => {
            call.cancel();
          };
          options.signal.addEventListener('abort', cancel, { once: true });
          call.on('status', () => {
            options.signal.removeEventListener('abort', cancel);
          });
        });
        options.onCall?.(method.path, 'OK');
        await remember(received);
        return toAnswer(method, bytes);
      } catch (error) {
        options.onCall?.(method.path, error instanceof Error ? error.message : String(error));
        throw error;
      }
    },

    async *follow(method, request, signal) {
      const stream = client.makeServerStreamRequest(
        method.path,
        method.requestSerialize,
        bytesAsTheyAre,
        request,
        await metadata(),
      );
      const cancel = (): void => {
        stream.cancel();
      };
      signal.addEventListener('abort', cancel, { once: true });
      try {
        for await (const bytes of stream) {
          if (Buffer.isBuffer(bytes)) yield toAnswer(method, bytes);
        }
        options.onCall?.(method.path, 'OK');
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        signal.removeEventListener('abort', cancel);
        stream.cancel();
      }
    },

    close() {
      client.close();
    },
  };
}
