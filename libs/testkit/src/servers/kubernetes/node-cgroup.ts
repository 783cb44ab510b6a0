import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../eventually.ts';
import { theJanitor } from '../janitor.ts';

const root = '/sys/fs/cgroup';

/** The cgroup of a node's pods, in each hierarchy; `node.sh` makes it. */
export interface NodeCgroup {
  readonly name: string;
  /** Resolves when no process is in it any more; they must have been killed. */
  whenEmpty(): Promise<void>;
  /** Removes it, once the processes in it are gone, which must have been killed. */
  stop(): Promise<void>;
}

export function createNodeCgroup(name: string): NodeCgroup {
  theJanitor().add(`cgroup:${name}`);
  return {
    name,
    async whenEmpty() {
      await eventually(`no process is in the cgroup ${name}`, () => foldersOf(name).every(isEmpty));
    },
    async stop() {
      await eventually(`the cgroup ${name} is gone`, () => {
        for (const each of foldersOf(name)) removeTree(each);
        return foldersOf(name).length === 0;
      });
      theJanitor().drop(`cgroup:${name}`);
    },
  };
}

/** In version 1 there is a hierarchy for each controller, in version 2 a single one. */
function foldersOf(name: string): readonly string[] {
  return [root, ...subfolders(root)]
    .map((hierarchy) => join(hierarchy, name))
    .filter((each) => existsSync(each));
}

function isEmpty(folder: string): boolean {
  return readFileSync(join(folder, 'cgroup.procs'), 'utf8') === '' && subfolders(folder).every(isEmpty);
}

function removeTree(folder: string): void {
  for (const child of subfolders(folder)) removeTree(child);
  rmdirSync(folder);
}

function subfolders(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name));
}
