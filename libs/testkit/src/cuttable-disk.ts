import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
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

const tools = ['mkfs.ext4', 'mount', 'umount', 'perl'] as const;
/** `EXT4_IOC_SHUTDOWN`, `_IOR('X', 125, __u32)`, with `EXT4_GOING_FLAGS_NOLOGFLUSH` (linux/fs/ext4/ext4.h). */
const shutDownWithoutFlush =
  'open(F, "<", $ARGV[0]) or die; my $flag = pack("L", 2); ioctl(F, 0x8004587d, $flag) or die';

/** Why there are no power cuts here, or undefined where there are. */
export function whyNoPowerCuts(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux can shut a file system down';
  if (process.getuid?.() !== 0) return 'only root may mount a file system';
  if (!existsSync('/dev/loop-control')) return 'there are no loop devices';
  const missing = tools.find((tool) => !has(tool));
  return missing === undefined ? whyNoMount() : `${missing} is not installed`;
}

/** Containers may forbid even root to mount. */
function whyNoMount(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'ccd-disk-'));
  try {
    createCuttableDisk(folder, 8).remove();
    return undefined;
  } catch (error) {
    return `a file system cannot be mounted (${error instanceof Error ? error.message.replaceAll('\n', ' ') : 'unknown'})`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function has(tool: string): boolean {
  return ['/usr/sbin', '/sbin', '/usr/bin', '/bin'].some((folder) => existsSync(join(folder, tool)));
}

/** An ext4 file system in a file below `parent`, mounted. Needs what {@link whyNoPowerCuts} asks for. */
export function createCuttableDisk(parent: string, megabytes: number): CuttableDisk {
  const image = join(parent, 'disk.img');
  const folder = join(parent, 'disk');
  const handle = join(folder, '.power');
  const run = (tool: string, ...argv: readonly string[]) => {
    execFileSync(tool, argv, { env: { PATH: '/usr/sbin:/sbin:/usr/bin:/bin' }, stdio: 'pipe' });
  };
  const mount = () => {
    run('mount', '-o', 'loop', image, folder);
  };
  writeFileSync(image, '');
  truncateSync(image, megabytes * 1024 * 1024);
  run('mkfs.ext4', '-q', '-F', image);
  mkdirSync(folder);
  mount();
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
