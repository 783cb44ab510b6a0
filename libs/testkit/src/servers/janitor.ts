import { spawn } from 'node:child_process';
import { Socket } from 'node:net';

/**
 * Waits until its input ends, which is when this process ends, however it does, and then acts on the last line it was
 * given: kills those processes and removes those folders. A cgroup can be removed once its processes have ended.
 */
const script = `while IFS= read -r line; do last=$line; done
IFS='	'
for item in $last; do
  case $item in pid:*) kill -KILL "\${item#pid:}" ;; container:*) docker rm -f "\${item#container:}" ;; esac
done
for item in $last; do
  case $item in cgroup:*)
    tries=0
    until [ -z "$(find /sys/fs/cgroup -type d -name "\${item#cgroup:}")" ] || [ $tries = 50 ]; do
      find /sys/fs/cgroup -type d -name "\${item#cgroup:}" | while IFS= read -r each; do
        find "$each" -depth -type d -exec rmdir {} +
      done
      tries=$((tries + 1))
      sleep 0.1
    done ;;
  esac
done
for item in $last; do
  case $item in folder:*) rm -rf -- "\${item#folder:}" ;; esac
done`;

type Item = `pid:${number}` | `folder:${string}` | `container:${string}` | `cgroup:${string}`;

export interface Janitor {
  /** From now on gone when this process is. */
  add(item: Item): void;
  /** No longer the janitor's: it is gone already. */
  drop(item: Item): void;
}

function createJanitor(): Janitor {
  const items = new Set<Item>();
  // In a process group of its own: Ctrl-C in a terminal must not reach it.
  const child = spawn('/bin/sh', ['-c', script], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.unref();
  // A pipe of a child keeps the process alive although the child does not; its type hides that it is a socket.
  if (child.stdin instanceof Socket) child.stdin.unref();
  child.stdin.on('error', () => {});
  const tell = (): void => {
    child.stdin.write(`${[...items].join('\t')}\n`);
  };
  return {
    add(item) {
      items.add(item);
      tell();
    },
    drop(item) {
      if (items.delete(item)) tell();
    },
  };
}

let shared: Janitor | undefined;

/** What cleans up behind this process even when it is killed. One for all its servers, made when first asked for. */
export function theJanitor(): Janitor {
  return (shared ??= createJanitor());
}
