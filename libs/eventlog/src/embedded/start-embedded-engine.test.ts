import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { systemClock as clock } from '@ccd/reconcile';
import { eventually, scratchDir } from '@ccd/testkit';
import { connectEmbeddedLog } from './client/connect-embedded-log.ts';
import { DataFolderInUseError } from './data-lock.ts';
import { UnsafeSocketError } from './socket-server.ts';
import { startEmbeddedEngine } from './start-embedded-engine.ts';

describe(startEmbeddedEngine, () => {
  const root = scratchDir();
  let round = 0;
  const newOptions = () => {
    const folder = join(root, String(round++));
    return { dataDir: join(folder, 'data'), socketPath: join(folder, 'run', 'log.sock'), clock };
  };

  it('listens where its user alone can reach it', async () => {
    const options = newOptions();
    const engine = await startEmbeddedEngine(options);
    expect(statSync(options.socketPath).mode & 0o777).toBe(0o600);
    expect(statSync(join(options.socketPath, '..')).mode & 0o777).toBe(0o700);
    expect(statSync(options.dataDir).mode & 0o777).toBe(0o700);
    await engine.close();
  });

  it('refuses a folder that others may enter', async () => {
    const options = newOptions();
    const folder = join(options.socketPath, '..');
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o755);
    await expect(startEmbeddedEngine(options)).rejects.toThrow(UnsafeSocketError);
  });

  it('refuses a path that is too long for a socket', async () => {
    const options = newOptions();
    const socketPath = join(root, 'x'.repeat(100), 'log.sock');
    await expect(startEmbeddedEngine({ ...options, socketPath })).rejects.toThrow(/at most 103 bytes/);
  });

  it('names the folder that another engine owns', async () => {
    const options = newOptions();
    const engine = await startEmbeddedEngine(options);
    const second = startEmbeddedEngine({ ...options, socketPath: newOptions().socketPath });
    await expect(second).rejects.toThrow(DataFolderInUseError);
    await expect(second).rejects.toThrow(options.dataDir);
    await engine.close();
  });

  it('does not take the socket of another engine', async () => {
    const options = newOptions();
    const engine = await startEmbeddedEngine(options);
    const second = startEmbeddedEngine({ ...newOptions(), socketPath: options.socketPath });
    await expect(second).rejects.toThrow(UnsafeSocketError);
    await engine.close();
  });

  it('gives everything back when it is closed or could not start', async () => {
    const options = newOptions();
    await expect(startEmbeddedEngine({ ...options, socketPath: '/dev/null/run/log.sock' })).rejects.toThrow();
    await (await startEmbeddedEngine(options)).close();
    await (await startEmbeddedEngine(options)).close();
  });

  it.each([
    ['noise', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
    ['a frame beyond all bounds', Buffer.from([255, 255, 255, 255, 0, 0, 0, 0])],
    ['an empty frame', Buffer.from([0, 0, 0, 0])],
    ['a header longer than its frame', Buffer.from([0, 0, 0, 5, 0, 0, 1, 0, 65])],
    ['a header that is no JSON', Buffer.from([0, 0, 0, 5, 0, 0, 0, 1, 65])],
    ['a header that is no request', Buffer.from([0, 0, 0, 6, 0, 0, 0, 2, 123, 125])],
  ])('ends a connection that sends %s, and no other', async (_, bytes) => {
    const options = newOptions();
    const engine = await startEmbeddedEngine(options);
    const log = await connectEmbeddedLog(options);
    const stranger = connect(options.socketPath);
    stranger.on('error', () => {});
    stranger.write(bytes);
    await eventually('the end', () => stranger.destroyed || stranger.readableEnded);
    await expect(log.ping()).resolves.toBeUndefined();
    await log.close();
    await engine.close();
  });
});
