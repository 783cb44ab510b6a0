import type { ServerActions } from './test-server.ts';

/** Waits for all; where one fails the others are stopped, and its error is thrown. */
export async function startAll<T extends ServerActions>(starting: readonly Promise<T>[]): Promise<T[]> {
  const starts = await Promise.allSettled(starting);
  const started = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed === undefined) return started;
  await onAll(started).stop();
  throw failed.reason;
}

/** Does to each of several servers, at the same time, what is done to the group. */
export function onAll(servers: readonly ServerActions[]): ServerActions {
  const all = async (act: (server: ServerActions) => Promise<void>): Promise<void> => {
    await Promise.all(servers.map(act));
  };
  return {
    kill: () => all((server) => server.kill()),
    pause: () => all((server) => server.pause()),
    resume: () => all((server) => server.resume()),
    shutDown: () => all((server) => server.shutDown()),
    restart: () => all((server) => server.restart()),
    stop: () => all((server) => server.stop()),
  };
}
