import type { TokenReply } from '@ccd/controlplane/testing';

/** One thing that an endpoint of tokens may do to whoever asks it. */
export interface TokenTrick {
  readonly name: string;
  /** @param elsewhere a server that nobody may ask; @param itself the endpoint's own base address */
  readonly reply: (elsewhere: string, itself: string) => TokenReply;
  /** In the log of every agent. */
  readonly told: RegExp;
}

const tokenOf = (token: string, lifetime: number): TokenReply => ({
  status: 200,
  body: JSON.stringify({ access_token: token, expires_in: lifetime }),
});
const always = (name: string, reply: TokenReply, told: RegExp): TokenTrick => ({
  name,
  reply: () => reply,
  told,
});
const noToken = (name: string, reply: TokenReply): TokenTrick =>
  always(name, reply, /token: the answer is not usable: it is not a token with a lifetime/);
const redirect = (status: number): TokenTrick => ({
  name: `a redirect (${status}) to another host`,
  reply: (elsewhere) => ({ status, body: '', headers: { location: elsewhere } }),
  told: new RegExp(`token: UNAVAILABLE: HTTP ${status}`),
});

const inTime = /DEADLINE_EXCEEDED: no answer in time; at last token: DEADLINE_EXCEEDED/;
const tooLarge = /token: the answer is not usable: more than 262144 bytes/;

/** What is of no use as a token. */
export const tokenTricks: readonly TokenTrick[] = [
  always('nothing, ever', 'hang', inTime),
  always('a beginning, and nothing after it', { status: 200, body: '{"access_', instead: 'hang' }, inTime),
  always(
    'a beginning, and a cut',
    { status: 200, body: '{"access_', instead: 'destroy' },
    /token: UNAVAILABLE/,
  ),
  noToken('garbage', { status: 200, body: Buffer.from(Array.from({ length: 1_000 }, (_, n) => n % 256)) }),
  noToken('HTML', { status: 200, body: '<html>Sign in</html>', headers: { 'content-type': 'text/html' } }),
  noToken('brackets without end', { status: 200, body: '['.repeat(200_000) }),
  always('10 MB', { status: 200, body: 'x'.repeat(10_000_000) }, tooLarge),
  always(
    'headers without end',
    { status: 200, body: '{}', headers: { 'x-long': 'x'.repeat(60_000) } },
    /token: UNAVAILABLE: HPE_HEADER_OVERFLOW/,
  ),
  ...[302, 307, 308].map(redirect),
  {
    name: 'a redirect to itself',
    reply: (_, itself) => ({ status: 307, body: '', headers: { location: `${itself}/again` } }),
    told: /token: UNAVAILABLE: HTTP 307/,
  },
  noToken('a token that has ended', tokenOf('tokenlike', 0)),
  noToken('a token that ended long ago', tokenOf('tokenlike', -1)),
  noToken('a token of two lines', tokenOf('tokenlike\r\nstrm-installation-id: other', 3600)),
  noToken('a token with control characters', tokenOf('tokenlike\u0000\u001b[2J', 3600)),
  noToken('a token that no header can carry', tokenOf('t'.repeat(100_000), 3600)),
  always(
    'that the client is wrong, for ever',
    { status: 401, body: '{"error":"invalid_client","error_description":"very-secret is\\nwrong"}' },
    /token: UNAUTHENTICATED: HTTP 401 invalid_client/,
  ),
  always('that the client may not', { status: 403, body: '' }, /token: PERMISSION_DENIED: HTTP 403/),
  always('that it is in trouble', { status: 500, body: 'oops' }, /token: UNAVAILABLE: HTTP 500/),
];

/** What is a token all the same. */
export const poorTokens: readonly { readonly name: string; readonly reply: TokenReply }[] = [
  { name: 'a token for thirty thousand years', reply: tokenOf('tokenlike', 1e12) },
  { name: 'a token for a moment', reply: tokenOf('tokenlike', 0.001) },
];
