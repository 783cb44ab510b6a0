import { isIP } from 'node:net';
import { Connection } from '@platformatic/kafka';
import type { API, ConnectionOptions } from '@platformatic/kafka';
import { NoAnswerError, withCodes } from './errors.ts';

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

/** A connection to one broker, which answers the requests of a connection in their order, one at a time. */
export interface BrokerConnection {
  /**
   * Sends a request and resolves with the answer, error codes and all. A broker that does not answer in time loses the
   * connection, since everything behind that request waits with it.
   * @throws NoAnswerError
   */
  request<A extends unknown[], R>(api: API<A, R>, args: A, timeoutMs: number): Promise<R>;
  /** Whether it takes requests; not while it proves anew who we are, and nothing else may be asked. */
  readonly open: boolean;
  /** Closes once what is under way has its answer. */
  retire(): void;
  close(): void;
}

/** Requests under way at a time on one connection; the broker works on one of them. */
const maxInflights = 5;
const never = 2 ** 31 - 1;

/** @throws NoAnswerError also when the broker refuses the credentials or cannot prove who it is */
export async function connectBroker(
  address: BrokerAddress,
  clientId: string,
  options: Pick<ConnectionOptions, 'tls' | 'sasl'>,
  timeoutMs: number,
): Promise<BrokerConnection> {
  const connection = new Connection(clientId, {
    ...options,
    // The host that was asked for is the one that the certificate has to name; TLS takes no address for a name.
    ...(options.tls && isIP(address.host) === 0 ? { tlsServerName: true } : {}),
    connectTimeout: Math.max(1, Math.floor(timeoutMs)),
    requestTimeout: never,
    maxInflights,
  });
  // Whoever waits for an answer hears of the error; without a listener it would end the process.
  connection.on('error', () => {});
  const where = `${address.host}:${address.port}`;
  try {
    await connection.connect(address.host, address.port);
  } catch (error) {
    connection.socket.destroy();
    await connection.close().catch(() => {});
    throw new NoAnswerError(`no connection to ${where}`, { cause: error });
  }

  function close(): void {
    // Not gracefully: what waits for a broker that has stopped would wait for ever.
    connection.socket.destroy();
    connection.close().catch(() => {});
  }

  let underWay = 0;
  let retired = false;
  function closeWhenDone(): void {
    if (retired && underWay === 0) close();
  }

  return {
    get open() {
      return connection.isConnected();
    },
    retire() {
      retired = true;
      closeWhenDone();
    },
    close,
    async request(api, args, timeoutMs) {
      const timer: { handle?: NodeJS.Timeout } = {};
      const late = new Promise<never>((_, reject) => {
        timer.handle = setTimeout(
          () => {
            reject(new NoAnswerError(`${where} does not answer`));
            close();
          },
          Math.max(1, timeoutMs),
        );
      });
      const answer = withCodes(api.async(connection, ...args));
      answer.catch(() => {});
      underWay++;
      try {
        return await Promise.race([answer, late]);
      } catch (error) {
        if (error instanceof NoAnswerError) throw error;
        throw new NoAnswerError(`no answer from ${where}`, { cause: error });
      } finally {
        clearTimeout(timer.handle);
        underWay--;
        closeWhenDone();
      }
    },
  };
}
