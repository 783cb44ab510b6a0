import type { Clock } from '@ccd/reconcile';

export interface TextSink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** Everything that a command takes from the process that runs it, or leaves there; a test hands in its own. */
export interface CliIo {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** At least 0, less than 1. */
  readonly random: () => number;
  /** Aborts when the person asks a running command to stop. */
  readonly signal: AbortSignal;
}
