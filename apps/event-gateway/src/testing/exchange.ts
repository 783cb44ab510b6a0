import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import type { IncomingHttpHeaders } from 'node:http2';
import { connect } from 'node:net';

export interface SentRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type HttpVersion = '1.1' | '2';

/** One request by one version of HTTP, on a connection of its own, with these headers and no others of weight. */
export function exchange(port: number, version: HttpVersion, request: SentRequest): Promise<Answer> {
  return version === '2' ? exchange2(port, request) : exchange1(port, request);
}

async function exchange1(port: number, { method = 'POST', path = '/event', headers, body }: SentRequest) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${method} ${path} HTTP/1.1\r\nhost: gateway\r\nconnection: close\r\ncontent-length: ${body.length}\r\n${lines.join('')}\r\n`;
  const [answer, ...others] = parseAnswers(
    await sendRaw(port, Buffer.concat([Buffer.from(head, 'latin1'), body])),
  );
  if (answer === undefined || others.length > 0) throw new Error('there was not exactly one answer');
  return answer;
}

async function exchange2(port: number, { method = 'POST', path = '/event', headers, body }: SentRequest) {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  try {
    const hasBody = body.length > 0;
    const stream = session.request({ ':method': method, ':path': path, ...headers }, { endStream: !hasBody });
    if (hasBody) stream.end(body);
    const [received] = (await once(stream, 'response')) as [IncomingHttpHeaders & { ':status'?: number }];
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    const entries = Object.entries(received).map(([name, value]) => [name, String(value)]);
    return {
      status: received[':status'] ?? 0,
      headers: Object.fromEntries(entries) as Record<string, string>,
      body: text,
    };
  } finally {
    session.close();
  }
}

/** Sends bytes as they are and resolves with all that comes back until the server closes. */
export async function sendRaw(port: number, ...parts: readonly (string | Buffer)[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => {});
  for (const part of parts) socket.write(part);
  await new Promise((resolve) => socket.on('close', resolve));
  return Buffer.concat(chunks).toString('latin1');
}

const emptyChunks = '0\r\n\r\n'.length;

/** Every answer in a stream of them; interim ones (100) as answers of their own. */
export function parseAnswers(text: string): readonly Answer[] {
  const answers: Answer[] = [];
  for (let rest = text; rest !== '';) {
    const end = rest.indexOf('\r\n\r\n');
    const [statusLine = '', ...lines] = rest.slice(0, end).split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    // The only answers in chunks are node's own, and empty.
    const length =
      headers['transfer-encoding'] === 'chunked' ? emptyChunks : Number(headers['content-length'] ?? 0);
    answers.push({
      status: Number(statusLine.split(' ')[1]),
      headers,
      body: Buffer.from(rest.slice(end + 4, end + 4 + length), 'latin1').toString(),
    });
    rest = rest.slice(end + 4 + length);
  }
  return answers;
}
