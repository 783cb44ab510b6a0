import { fileURLToPath } from 'node:url';
import { BenchProcess, onCore, onOtherCore, programOfNode } from '@ccd/testkit/bench';
import type { LoadPlan, LoadResult } from './load/plan.ts';
import type { ServerStatus } from './servers/serve.ts';

const script = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export interface LoadedServer {
  readonly port: number;
  status(): Promise<ServerStatus>;
  close(): void;
}

/** Starts a server program on the first core; it tells its port once it listens (servers/serve.ts). */
export async function startServer(path: string, args: readonly string[]): Promise<LoadedServer> {
  const child = new BenchProcess(onCore(0, programOfNode(script(path), args)));
  const { port } = (await child.hear()) as ServerStatus;
  return {
    port,
    status: async () => (await child.ask({})) as ServerStatus,
    close: () => {
      child.close();
    },
  };
}

export interface LoadGenerator {
  run(plan: LoadPlan): Promise<LoadResult>;
  close(): void;
}

/** Starts the load generator on the other core. */
export function startLoadGenerator(): LoadGenerator {
  const child = new BenchProcess(onOtherCore(programOfNode(script('load/run-load.ts'), [])));
  return {
    run: async (plan) => (await child.ask(plan)) as LoadResult,
    close: () => {
      child.close();
    },
  };
}
