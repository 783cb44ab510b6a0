import { fileURLToPath } from 'node:url';
import { BenchProcess, LateAnswerError, median, onCore, programOfNode } from '@ccd/testkit/bench';
import type { ClientName } from './client.ts';
import type { Answer, Work } from './work.ts';

const program = fileURLToPath(new URL('run-client.ts', import.meta.url));

/** A client, the process that it is in, and what it took for the work that is measured just now. */
export class ClientProcess {
  readonly name: ClientName;
  readonly #start: () => BenchProcess;
  #process: BenchProcess | undefined;
  #times: number[] = [];
  /** Why it has no figure. */
  #problem: string | undefined;

  constructor(name: ClientName, brokers: readonly string[]) {
    this.name = name;
    this.#start = () => new BenchProcess(onCore(0, programOfNode(program, [name, brokers.join()])));
  }

  /** Does the work unless it has failed to before, within so many seconds; then its process goes, and the next one begins anew. */
  async measure(work: Work, seconds: number): Promise<void> {
    if (this.#problem !== undefined) return;
    this.#process ??= this.#start();
    try {
      const answer = (await this.#process.ask(work, seconds)) as Answer;
      if ('micros' in answer) this.#times.push(answer.micros);
      else this.#problem = answer.problem;
    } catch (error) {
      this.#problem = error instanceof LateAnswerError ? error.message : String(error);
    }
    if (this.#problem !== undefined) this.#end();
  }

  /** What it took of late, and forgets it: microseconds, or why there are none. */
  take(): { readonly micros: number } | { readonly problem: string } {
    // The first round is for the compiler.
    const [, ...times] = this.#times;
    const taken = this.#problem === undefined ? { micros: median(times) } : { problem: this.#problem };
    this.#times = [];
    this.#problem = undefined;
    return taken;
  }

  close(): void {
    this.#process?.close();
  }

  #end(): void {
    this.#process?.kill();
    this.#process = undefined;
  }
}
