import type { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { createOutputWatch } from './output-watch.ts';
import { watchingSpawn } from './watch-processes.ts';

const secret = 'a secret of some length';

describe(createOutputWatch, () => {
  it('finds what was said before it was known to be secret, in parts and in other forms', () => {
    const watch = createOutputWatch();
    watch.hear('one', Buffer.from(`before ${secret.slice(0, 5)}`));
    watch.hear('one', Buffer.from(`${secret.slice(5)} after`));
    watch.hear('two', Buffer.from(Buffer.from(secret).toString('base64')));
    watch.hear('three', Buffer.from('nothing'));
    watch.addSecret('it', secret);
    expect(watch.leaks()).toEqual(['one: it (raw)', 'two: it (base64)', 'two: it (base64url)']);
  });

  it('takes secrets from an environment by their names', () => {
    const watch = createOutputWatch();
    watch.addEnvironment({
      A_SECRET: secret,
      KEY_ENCRYPTION_KEYS: `first:${secret}2`,
      PLACE: 'somewhere else',
    });
    watch.hear('one', Buffer.from(`${secret}2 is not somewhere else`));
    expect(watch.leaks()).toEqual(['one: A_SECRET (raw)', 'one: KEY_ENCRYPTION_KEYS (raw)']);
  });

  it('forgets what is beyond its limit only after it has looked through it', () => {
    const watch = createOutputWatch(100);
    watch.addSecret('it', secret);
    for (const text of [secret, 'x'.repeat(200), 'y'.repeat(200)]) watch.hear('one', Buffer.from(text));
    expect(watch.leaks()).toEqual(['one: it (raw)']);
  });

  it('lets a control plane show its first credentials', () => {
    const watch = createOutputWatch();
    watch.addSecret('it', 'a-secret-of-some-length');
    watch.hear('one', Buffer.from('\n    STRM_AUTH_CLIENT_SECRET   a-secret-of-some-length\n\n'));
    expect(watch.leaks()).toEqual([]);
  });
});

describe(watchingSpawn, () => {
  it('hears a process on every way that it has to say something, and changes nothing for its reader', async () => {
    const watch = createOutputWatch();
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const child = Object.assign(new EventEmitter(), { stdout, stderr });
    const env = { OUT_SECRET: `${secret} 1`, ERR_SECRET: `${secret} 2`, SENT_SECRET: `${secret} 3` };
    const messages: unknown[] = [];
    watchingSpawn((() => child) as unknown as typeof spawn, () => watch)('/bin/program', ['/a/main.ts'], {
      env,
    });
    child.on('message', (message) => messages.push(message));
    stdout.end(env.OUT_SECRET);
    stderr.end(Buffer.from(env.ERR_SECRET).toString('hex'));
    child.emit('message', { said: env.SENT_SECRET });
    expect(await Array.fromAsync(stdout)).toEqual([Buffer.from(env.OUT_SECRET)]);
    expect(await Array.fromAsync(stderr)).toHaveLength(1);
    expect(messages).toEqual([{ said: env.SENT_SECRET }]);
    expect(watch.leaks()).toEqual([
      'program main.ts: OUT_SECRET (raw)',
      'program main.ts: ERR_SECRET (hex)',
      'program main.ts: SENT_SECRET (raw)',
    ]);
  });
});
