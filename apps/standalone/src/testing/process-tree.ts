import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A process and all that it started, however they are grouped. */
export async function processTree(root: number): Promise<readonly number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=']);
  const children = new Map<number, number[]>();
  for (const line of stdout.trim().split('\n')) {
    const [pid = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
    const siblings = children.get(parent) ?? [];
    children.set(parent, siblings);
    siblings.push(pid);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

/** Ends them all at once, as a power cut of the machine would end them for us. */
export async function killTree(root: number): Promise<readonly number[]> {
  const pids = await processTree(root);
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It went by itself.
    }
  }
  return pids;
}
