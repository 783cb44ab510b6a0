import WebSocket from 'ws';
import type { Clock } from '@ccd/reconcile';
import { CliError } from '../cli-error.ts';
import { group, projectCommand } from '../command/define.ts';
import { optionalText, text } from '../command/flag.ts';
import { printable } from '../output/printable.ts';
import { streamNames } from '../streams/streams.ts';
import { listenKafka } from './listen-kafka.ts';
import { tokenOfStream } from './stream-token.ts';
import type { StreamToken } from './stream-token.ts';

const webSocketUrl = text(
  '--web-socket-url <url>',
  'where events are read from',
  'wss://websocket.strmprivacy.io/ws',
);
// Older scripts pass these; the credentials are the stream's own.
const ignored = [
  optionalText('--client-id <id>', 'ignored', { hidden: true }),
  optionalText('--client-secret <secret>', 'ignored', { hidden: true }),
];

const listenWebSocket = projectCommand({
  name: 'web-socket',
  args: '<stream>',
  about: 'show the events of a stream as they come, until stopped',
  details: 'For looking on; an event that nobody reads is not kept for the reader.',
  examples: ['listen web-socket demo', 'listen web-socket demo-0-1'],
  flags: [webSocketUrl, ...ignored],
  formats: [],
  candidates: streamNames,
  async run(context) {
    const { io, flags, args } = context;
    await listen({
      url: flags.get(webSocketUrl),
      token: await tokenOfStream(context, args[0] ?? ''),
      clock: io.clock,
      signal: io.signal,
      onMessage: (message) => io.stdout.write(`${printable(message)}\n`),
    });
    return undefined;
  },
});

export const listenGroup = group('listen', 'watch events go by', [listenWebSocket, listenKafka]);

export interface ListenOptions {
  readonly url: string;
  readonly token: StreamToken;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onMessage: (text: string) => void;
}

/** What a server that restarts, or a connection that broke, closes with. */
const comesBack: ReadonlySet<number> = new Set([1000, 1001, 1005, 1006]);
/** A server that closes every connection at once is not asked more often. */
const pauseMs = 1_000;

/**
 * Reads messages until the signal aborts; a connection that ended in an ordinary way is made anew with a new token.
 * @throws CliError for any other end, and when no connection can be made
 */
export async function listen(options: ListenOptions): Promise<void> {
  const { clock, signal, token, url } = options;
  const isStopped = (): boolean => signal.aborted;
  while (!isStopped()) {
    const started = clock.monotonic();
    const { code, reason } = await readUntilClosed(options, await token.get());
    if (isStopped()) return;
    if (!comesBack.has(code)) {
      throw new CliError(`${url} closed the connection (${code}${reason === '' ? '' : `: ${reason}`})`);
    }
    token.drop();
    const pause = pauseMs - (clock.monotonic() - started);
    if (pause > 0) await clock.sleep(pause, signal).catch(() => {});
  }
}

interface Closed {
  readonly code: number;
  readonly reason: string;
}

function toText(data: WebSocket.RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return (Buffer.isBuffer(data) ? data : Buffer.from(data)).toString('utf8');
}

function readUntilClosed({ url, signal, onMessage }: ListenOptions, accessToken: string): Promise<Closed> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${accessToken}` } });
    let wasOpen = false;
    const stop = (): void => {
      if (wasOpen) socket.close(1000);
      else socket.terminate();
    };
    signal.addEventListener('abort', stop, { once: true });
    socket
      .on('open', () => {
        wasOpen = true;
      })
      .on('message', (data) => {
        onMessage(toText(data));
      })
      .on('error', (error) => {
        // After the opening, a close with a code of its own follows.
        if (!wasOpen) reject(new CliError(`${url} cannot be listened to (${error.message})`));
      })
      .on('close', (code, reason) => {
        signal.removeEventListener('abort', stop);
        resolve({ code, reason: reason.toString('utf8') });
      });
  });
}
