import type { Clock } from '@ccd/reconcile';
import type { Channel } from './channel.ts';

/** More than one, since this process may have been too busy to read an answer that is there. */
const missesAllowed = 1;

/** Pings the engine as long as the channel lives, so that each side knows the other, and ends a channel that is mute. */
export async function keepBeating(options: {
  readonly channel: Channel;
  readonly clock: Clock;
  readonly intervalMs: number;
  ping(): Promise<unknown>;
}): Promise<void> {
  const { channel, clock } = options;
  const state = { missed: 0 };
  try {
    while (!channel.closed.aborted) {
      state.missed++;
      void options.ping().then(
        () => (state.missed = 0),
        () => {},
      );
      await clock.sleep(options.intervalMs, channel.closed);
      if (state.missed > missesAllowed) channel.destroy();
    }
  } catch {
    // The channel has ended.
  }
}
