import { describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { findSecrets, needlesFor } from './find-secrets.ts';

const secret = 'canary-0123456789abcdef';
const needles = needlesFor('it', secret);

describe(findSecrets, () => {
  it.each<[string, string | Buffer]>([
    ['raw', `before ${secret} after`],
    ['hex', Buffer.from(secret).toString('hex')],
    ['HEX', Buffer.from(secret).toString('hex').toUpperCase()],
    ['percent-encoded', `?q=${Buffer.from(secret).toString('hex').replaceAll(/../g, '%$&')}`],
    ['base64', Buffer.from(secret).toString('base64')],
    ['base64', Buffer.from(`x${secret}y`).toString('base64')],
    ['base64', Buffer.from(`xx${secret}yy`).toString('base64')],
    ['base64url', Buffer.from(`"${secret}"`).toString('base64url')],
    ['utf-16', Buffer.from(secret, 'utf16le')],
    ['raw, gzip', Buffer.concat([Buffer.from('head'), gzipSync(`{"a":"${secret}"}`), Buffer.from('tail')])],
  ])('finds a secret as %s', (form, text) => {
    expect(findSecrets(typeof text === 'string' ? Buffer.from(text) : text, needles)).toContain(
      `it (${form})`,
    );
  });

  it('finds nothing where there is nothing', () => {
    expect(findSecrets(Buffer.from('canary-0123456789abcdeX'), needles)).toEqual([]);
  });
});
