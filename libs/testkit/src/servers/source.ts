import type { ServerKind } from './server-kind.ts';

/** A program of a server's, to be run in a folder. */
export interface ServerCommand {
  /** The program's name, or that of a file that the source knows (`file`). */
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Working folder; the only one that the program may write to. */
  readonly folder: string;
  /** File that takes everything it prints. */
  readonly logFile: string;
}

/** A server that was started. */
export interface RunningServer {
  /** Sends a signal to the server and to its child processes. Does nothing once it has ended. */
  signal(signal: NodeJS.Signals): Promise<void>;
  hasEnded(): boolean;
  /** Resolves when it has ended, however it did. */
  waitUntilEnded(): Promise<void>;
}

/** Where a server's programs come from, and what runs them. */
export interface ServerSource {
  readonly kind: ServerKind;
  /** Path of a file that the server needs; undefined where this source has none such. */
  file(name: string): string | undefined;
  /** Hands a new folder or file to the user that the source's programs run as. */
  adopt(path: string): void;
  /** Runs a program to its end. Throws `ServerFailedError` unless it ends well. */
  run(command: ServerCommand): Promise<void>;
  start(command: ServerCommand): Promise<RunningServer>;
}
