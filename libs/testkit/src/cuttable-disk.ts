import { execFileSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file system of its own, from which the power can be taken. */
export interface CuttableDisk {
  readonly folder: string;
  /** From now on every write fails, and what was not flushed is lost. Whoever has files open has to end first: `remount`. */
  cut(): void;
  /** The disk as it is found after the power came back. */
  remount(): void;
  remove(): void;
}

/** The machine does not let a file system be mounted. */
export class MountRefusedError extends Error {
  override readonly name = 'MountRefusedError';

  constructor(cause: unknown) {
    const why = cause instanceof Error ? cause.message.trim().replaceAll('\n', ' ') : 'unknown';
    super(`a file system cannot be mounted: ${why}`, { cause });
  }
}

/** Where its programs are: those of root. */
export const toolFolders = ['/usr/sbin', '/sbin', '/usr/bin', '/bin'] as const;

/** `EXT4_IOC_SHUTDOWN`, `_IOR('X', 125, __u32)`, with `EXT4_GOING_FLAGS_NOLOGFLUSH` (linux/fs/ext4/ext4.h). */
const shutDownWithoutFlush =
  'open(F, "<", $ARGV[0]) or die; my $flag = pack("L", 2); ioctl(F, 0x8004587d, $flag) or die';

/** An ext4 file system in a file below `parent`, mounted. Needs what `powerCutNeed` asks for. @throws MountRefusedError */
export function createCuttableDisk(parent: string, megabytes: number): CuttableDisk {
  const image = join(parent, 'disk.img');
  const folder = join(parent, 'disk');
  const handle = join(folder, '.power');
  const run = (tool: string, ...argv: readonly string[]) => {
    execFileSync(tool, argv, { env: { PATH: toolFolders.join(':') }, stdio: 'pipe' });
  };
  const mount = () => {
    run('mount', '-o', 'loop', image, folder);
  };
  writeFileSync(image, '');
  truncateSync(image, megabytes * 1024 * 1024);
  run('mkfs.ext4', '-q', '-F', image);
  mkdirSync(folder);
  try {
    mount();
  } catch (cause) {
    throw new MountRefusedError(cause);
  }
  writeFileSync(handle, '', { flush: true });
  return {
    folder,
    cut: () => {
      run('perl', '-e', shutDownWithoutFlush, handle);
    },
    remount() {
      run('umount', folder);
      mount();
    },
    remove: () => {
      // Lazily: whoever still has a file open after a failure keeps nothing else from ending.
      run('umount', '-l', folder);
    },
  };
}
