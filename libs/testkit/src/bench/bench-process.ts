import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';

/** A process of a benchmark has said nothing within its deadline. */
export class LateAnswerError extends Error {
  override readonly name = 'LateAnswerError';
  readonly seconds: number;

  constructor(seconds: number) {
    super(`did not finish in ${seconds} s`);
    this.seconds = seconds;
  }
}

/** Longer than anything that a benchmark asks for at once. */
const usualSeconds = 120;

/** The command line of a script, silent about what is experimental in node. */
export const programOfNode = (script: string, args: readonly string[]): [string, ...string[]] => [
  process.execPath,
  '--disable-warning=ExperimentalWarning',
  script,
  ...args,
];

/** A process that answers each message with one, over the channel that node makes between parent and child. */
export class BenchProcess {
  readonly #process: ChildProcess;
  #waiting = Promise.withResolvers<unknown>();

  constructor([program, ...args]: readonly [string, ...string[]]) {
    this.#process = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#process.on('message', (message) => {
      this.#waiting.resolve(message);
    });
    this.#process.on('exit', (code) => {
      this.#waiting.reject(new Error(`a process of the benchmark ended with ${String(code)}`));
    });
    this.#expectNext();
  }

  /** The next message, which no other message has asked for. @throws LateAnswerError */
  async hear(withinSeconds = usualSeconds): Promise<unknown> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      late.reject(new LateAnswerError(withinSeconds));
    }, withinSeconds * 1_000);
    try {
      const message = await Promise.race([this.#waiting.promise, late.promise]);
      this.#expectNext();
      return message;
    } finally {
      clearTimeout(timer);
    }
  }

  /** @throws LateAnswerError, after which the process can only be killed */
  ask(message: object, withinSeconds?: number): Promise<unknown> {
    this.#process.send(message);
    return this.hear(withinSeconds);
  }

  /** Ends the process by its channel. */
  close(): void {
    if (this.#process.connected) this.#process.disconnect();
  }

  /** Ends one that no longer answers. */
  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #expectNext(): void {
    this.#waiting = Promise.withResolvers();
    // Whoever waits hears of it; the end after `close` is nobody's concern.
    this.#waiting.promise.catch(() => {});
  }
}
