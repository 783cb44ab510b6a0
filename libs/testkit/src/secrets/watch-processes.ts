import type * as childProcess from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { basename } from 'node:path';
import type { OutputWatch } from './output-watch.ts';

type Spawn = typeof childProcess.spawn;

/**
 * `spawn` whose processes are heard by the watch that `current` names when they start: what they print, what they tell
 * over their channel, and which secrets they are given in their environment. Takes nothing from whoever reads them.
 */
export function watchingSpawn(spawn: Spawn, current: () => OutputWatch | undefined): Spawn {
  return ((...given: Parameters<Spawn>) => {
    const child: ChildProcess = spawn(...given);
    const watch = current();
    if (watch === undefined) return child;
    const [command, ...rest] = given as readonly unknown[];
    const args: readonly unknown[] = rest.find((each) => Array.isArray(each)) ?? [];
    const source = [command, ...args].map((each) => basename(String(each))).join(' ');
    for (const options of rest) {
      if (typeof options === 'object' && options !== null && 'env' in options) {
        watch.addEnvironment(options.env as Readonly<Record<string, string | undefined>>);
      }
    }
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      const push = stream.push.bind(stream);
      stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
        if (Buffer.isBuffer(chunk)) watch.hear(source, chunk);
        return push(chunk, encoding);
      };
    }
    const emit = child.emit.bind(child) as (name: string | symbol, ...values: unknown[]) => boolean;
    child.emit = (name: string | symbol, ...values: unknown[]) => {
      if (name === 'message') watch.hear(source, Buffer.from(`${JSON.stringify(values[0])}\n`));
      return emit(name, ...values);
    };
    return child;
  }) as Spawn;
}
