import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCuttableDisk, MountRefusedError, toolFolders } from './cuttable-disk.ts';
import type { Need } from './needs/plan-suite.ts';

const tools = ['mkfs.ext4', 'mount', 'umount', 'perl'] as const;

/**
 * Power cuts are for where root and the machine allow them, so that what may not be mounted is skipped also in CI. Where
 * mounting works everything else has to: what then goes wrong is thrown.
 */
export function powerCutNeed(): Need {
  const refusal = whyNotAllowed();
  if (refusal !== undefined) return { missing: refusal, inCi: 'skip' };
  const tool = tools.find((name) => !has(name));
  if (tool !== undefined) return { missing: `${tool} is not installed`, inCi: 'fail' };
  return { missing: whyNoMount(), inCi: 'skip' };
}

function whyNotAllowed(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux can shut a file system down';
  if (process.getuid?.() !== 0 || !mayMount())
    return 'only root, with CAP_SYS_ADMIN, may mount a file system';
  return existsSync('/dev/loop-control') ? undefined : 'there are no loop devices';
}

/** Root of a container may lack the right: `CAP_SYS_ADMIN`, bit 21 (linux/capability.h). */
function mayMount(): boolean {
  const effective = /^CapEff:\s*(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return (BigInt(`0x${effective}`) & (1n << 21n)) !== 0n;
}

/** Containers may forbid to mount even to those who have the right. */
function whyNoMount(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'ccd-disk-'));
  try {
    createCuttableDisk(folder, 8).remove();
    return undefined;
  } catch (error) {
    if (error instanceof MountRefusedError) return error.message;
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function has(tool: string): boolean {
  return toolFolders.some((folder) => existsSync(join(folder, tool)));
}
