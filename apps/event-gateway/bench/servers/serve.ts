/** What a server under load tells of itself. */
export interface ServerStatus {
  readonly port: number;
  /** User and system time of all its threads so far, microseconds. */
  readonly cpuMicros: number;
  /** Events that it took so far. */
  readonly events: number;
  readonly rssBytes: number;
}

/** Tells the parent process of the server once it listens, and again whenever it asks. */
export function serve(port: number, events: () => number = () => 0): void {
  const tell = (): void => {
    const { user, system } = process.cpuUsage();
    const status: ServerStatus = {
      port,
      cpuMicros: user + system,
      events: events(),
      rssBytes: process.memoryUsage.rss(),
    };
    process.send?.(status);
  };
  process.on('message', tell);
  process.on('disconnect', () => {
    process.exit(0);
  });
  tell();
}
