import { leaveLastWords } from './last-words.ts';

/**
 * What a workload tells the local cluster over the IPC channel to its parent. `@ccd/cluster` reads the same shape;
 * the two packages don't know each other, so a change here is a change there.
 */
export type WorkloadMessage =
  | { readonly type: 'ccd.workload'; readonly state: 'running' }
  | {
      readonly type: 'ccd.workload';
      readonly state: 'failing';
      readonly reason: string;
      readonly message: string;
    };

/** Says that the workload does its work, at first or again. Without a parent or a Kubernetes that listens nothing happens. */
export async function notifyReady(): Promise<void> {
  leaveLastWords(undefined);
  await send({ type: 'ccd.workload', state: 'running' });
}

/**
 * Says that the workload runs but does not get its work done.
 * @param reason stable PascalCase code
 * @param message what to do about it; no personal data, no credential
 */
export async function notifyFailing(reason: string, message: string): Promise<void> {
  leaveLastWords({ reason, message });
  await send({ type: 'ccd.workload', state: 'failing', reason, message: message.slice(0, 2_000) });
}

async function send(message: WorkloadMessage): Promise<void> {
  if (!process.send || !process.connected) return;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  // A parent that went away is no error of the workload's.
  process.send(message, undefined, undefined, () => {
    resolve(undefined);
  });
  await promise;
}
