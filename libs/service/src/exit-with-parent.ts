/** How long an ordered stop may take once nobody needs it any more. */
const graceMs = 5_000;

/**
 * Ends this process when the one that started it goes, however it went: an IPC channel, or standard input where
 * there is none, closes with its owner even on SIGKILL. An ordered stop is tried first (SIGTERM to itself).
 */
export function exitWithParent(): void {
  const leave = (): void => {
    setTimeout(() => process.exit(1), graceMs).unref();
    process.kill(process.pid, 'SIGTERM');
  };
  if (process.channel) {
    process.once('disconnect', leave);
    process.channel.unref();
  } else {
    process.stdin.once('close', leave).once('end', leave).resume();
    process.stdin.unref();
  }
}
