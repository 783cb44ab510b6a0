/** A way to break a server, and to mend it. */
export interface Fault {
  readonly name: string;
  /** At full size. */
  readonly times: number;
  /** Resolves when it is mended. */
  readonly inject: () => Promise<void>;
}
