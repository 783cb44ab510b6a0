import type { ServerHttp2Session } from 'node:http2';

export interface KeepAliveOptions {
  /** A connection from which no call has come for so long is asked whether it is still there. */
  readonly quietMs: number;
  /** Time for the answer, after which the connection is cut. */
  readonly timeoutMs: number;
}

/** The connections of a server. One timer for all: thousands that call every few seconds need no attention. */
export interface KeepAlive {
  add(session: ServerHttp2Session): void;
  /** A call has come. */
  heard(session: ServerHttp2Session): void;
  sessions(): Iterable<ServerHttp2Session>;
  stop(): void;
}

/** Looks every quarter of `quietMs`. */
export function createKeepAlive({ quietMs, timeoutMs }: KeepAliveOptions): KeepAlive {
  /** When each was last heard, in monotonic milliseconds; never while a ping is under way. */
  const lastHeard = new Map<ServerHttp2Session, number>();

  function look(): void {
    const now = performance.now();
    for (const [session, at] of lastHeard) {
      if (now - at >= quietMs) ping(session);
    }
  }

  function ping(session: ServerHttp2Session): void {
    const cut = (): void => {
      session.destroy();
    };
    const tooLate = setTimeout(cut, timeoutMs).unref();
    session.once('close', () => {
      clearTimeout(tooLate);
    });
    lastHeard.set(session, Infinity);
    const isSent = session.ping((error: Error | null) => {
      clearTimeout(tooLate);
      if (error === null) heard(session);
    });
    if (!isSent) cut();
  }

  function heard(session: ServerHttp2Session): void {
    if (lastHeard.has(session)) lastHeard.set(session, performance.now());
  }

  const timer = setInterval(look, quietMs / 4).unref();
  return {
    add(session) {
      lastHeard.set(session, performance.now());
      session.once('close', () => {
        lastHeard.delete(session);
      });
    },
    heard,
    sessions: () => lastHeard.keys(),
    stop() {
      clearInterval(timer);
    },
  };
}
