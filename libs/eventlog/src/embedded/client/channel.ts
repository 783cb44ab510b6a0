import type { Duplex } from 'node:stream';
import type { z } from 'zod';
import { createFrameDecoder } from '../wire/frames.ts';
import { eventSchema, replySchema } from '../wire/requests.ts';
import type { GroupEvent } from '../wire/requests.ts';
import { engineLimits } from '../engine/limits.ts';

export type Reply = z.infer<typeof replySchema>;

/** One live connection to the engine. */
export interface Channel {
  send(frame: Buffer): void;
  destroy(): void;
  /** Aborted once the connection is gone. */
  readonly closed: AbortSignal;
}

/** Frames in, replies and events out. Bytes that are not the protocol end the channel. */
export function createChannel(
  stream: Duplex,
  on: { reply(reply: Reply, payload: Buffer): void; event(event: GroupEvent): void; close(): void },
): Channel {
  const decoder = createFrameDecoder(engineLimits.frameBytes);
  const closing = new AbortController();

  function receive(chunk: Buffer): void {
    for (const { header, payload } of decoder.push(chunk)) {
      const reply = replySchema.safeParse(header);
      if (reply.success) on.reply(reply.data, payload);
      else on.event(eventSchema.parse(header));
    }
  }

  stream.on('data', (chunk: Buffer) => {
    try {
      receive(chunk);
    } catch {
      stream.destroy();
    }
  });
  // A broken connection is seen as its end; the error says no more.
  stream.on('error', () => {});
  stream.on('end', () => stream.destroy());
  stream.on('close', () => {
    closing.abort();
    on.close();
  });
  return {
    send(frame) {
      if (!stream.destroyed) stream.write(frame);
    },
    destroy: () => stream.destroy(),
    closed: closing.signal,
  };
}
