import { createFakeClock } from '@ccd/reconcile/testing';
import { eventually } from '@ccd/testkit';
import { describe, expect, it } from '@jest/globals';
import type { WebSocket } from 'ws';
import { createSocketReader, SlowReaderError } from './socket-reader.ts';

function setUp(buffered: number) {
  const clock = createFakeClock();
  const sent: string[] = [];
  const socket = { bufferedAmount: buffered, send: (text: string) => sent.push(text) };
  const { signal } = new AbortController();
  const reader = createSocketReader(socket as unknown as WebSocket, { clock, signal, maxBufferedBytes: 10 });
  return { clock, sent, socket, reader };
}

describe(createSocketReader, () => {
  it('waits while too much is waiting for the reader', async () => {
    const { clock, sent, socket, reader } = setUp(11);
    const sending = reader.send('a');
    await eventually('the wait', () => clock.sleepers() === 1);
    expect(sent).toEqual([]);
    socket.bufferedAmount = 10;
    await clock.advance(50);
    await sending;
    expect(sent).toEqual(['a']);
  });

  it('gives up a reader that takes nothing', async () => {
    const { clock, sent, reader } = setUp(11);
    const ended = reader.send('a').catch((error: unknown) => error);
    for (let waited = 0; waited <= 10_100; waited += 50) await clock.advance(50);
    expect(await ended).toBeInstanceOf(SlowReaderError);
    expect(sent).toEqual([]);
  });
});
