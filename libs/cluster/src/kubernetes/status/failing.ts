import type { WorkloadStatus } from '../../port.ts';

export const failing = (reason: string, message: string, restarts = 0): WorkloadStatus => ({
  state: 'failing',
  reason,
  message,
  restarts,
});

/** Words of the cluster's, on one line and not too many. */
export function inShort(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
