import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onCore, onOtherCore } from '@ccd/testkit/bench';
import type { LoadPlan, LoadResult } from './load/plan.ts';
import type { ServerStatus } from './servers/serve.ts';

/** A process that answers each message with one. */
class Child {
  readonly #process: ChildProcess;
  #waiting = Promise.withResolvers<unknown>();

  constructor([program, ...args]: [string, ...string[]]) {
    this.#process = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#process.on('message', (message) => {
      this.#waiting.resolve(message);
    });
    this.#process.on('exit', (code) => {
      this.#waiting.reject(new Error(`a process of the benchmark ended with ${String(code)}`));
    });
    // Whoever waits hears of it; the end after `close` is nobody's concern.
    this.#waiting.promise.catch(() => {});
  }

  async hear(): Promise<unknown> {
    const message = await this.#waiting.promise;
    this.#waiting = Promise.withResolvers();
    this.#waiting.promise.catch(() => {});
    return message;
  }

  ask(message: object): Promise<unknown> {
    this.#process.send(message);
    return this.hear();
  }

  /** Ends with the channel. */
  close(): void {
    this.#process.disconnect();
  }
}

const script = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const node = (path: string, args: readonly string[]): [string, ...string[]] => [
  process.execPath,
  '--disable-warning=ExperimentalWarning',
  script(path),
  ...args,
];

export interface LoadedServer {
  readonly port: number;
  status(): Promise<ServerStatus>;
  close(): void;
}

/** Starts a server program on the first core; it tells its port once it listens (servers/serve.ts). */
export async function startServer(path: string, args: readonly string[]): Promise<LoadedServer> {
  const child = new Child(onCore(0, node(path, args)));
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
  const child = new Child(onOtherCore(node('load/run-load.ts', [])));
  return {
    run: async (plan) => (await child.ask(plan)) as LoadResult,
    close: () => {
      child.close();
    },
  };
}
