import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { onCore } from '@ccd/testkit/bench';
import { inheritedEnv } from '@ccd/testkit/servers';
import { z } from 'zod';

const peer = join(import.meta.dirname, '..', '..', '..', 'bench', 'peers', 'client-go');

const tookSchema = z.object({
  objects: z.number(),
  createMillis: z.number(),
  createCpuMillis: z.number(),
  listMillis: z.number(),
  listCpuMillis: z.number(),
  residentBytes: z.number(),
});

/** What a loop of client-go took to create the same objects in another namespace, and to list them. */
export type ClientGoTook = z.output<typeof tookSchema>;

export interface ClientGoOrder {
  readonly kubeconfig: string;
  readonly from: string;
  readonly to: string;
  /** Requests at the same time. */
  readonly width: number;
}

/**
 * Builds the peer in a folder, and runs it on the core on which the agent ran. Undefined where this machine has no Go.
 * @throws Error with what Go, or the peer, said
 */
export function runClientGo(folder: string, order: ClientGoOrder): ClientGoTook | undefined {
  if (spawnSync('go', ['version']).status !== 0) return undefined;
  const program = join(folder, 'client-go');
  // Nothing of the user's own settings; a Go that is too old fetches a newer one as a module.
  const env = { ...inheritedEnv, GOFLAGS: '', GOWORK: 'off', GOTOOLCHAIN: 'auto' };
  run('go', ['build', '-trimpath', '-o', program, '.'], env);
  const { kubeconfig, from, to, width } = order;
  const [command, ...args] = onCore(0, [program, kubeconfig, from, to, `${width}`]);
  return tookSchema.parse(JSON.parse(run(command, args, inheritedEnv)));
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: peer, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr}`);
  return stdout;
}
