import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '@ccd/reconcile';
import type { EventLog } from '../../port.ts';
import { LogUnavailableError } from '../../errors.ts';
import { createConnection } from './connection.ts';
import type { ConnectionOptions } from './connection-port.ts';
import { createEmbeddedConsumer } from './consumer.ts';
import { createLogTable } from './key-table.ts';
import type { LogTable } from './key-table.ts';
import { createEmbeddedProducer, createEmbeddedTransactionalProducer } from './producers.ts';
import { createTopicAdmin } from './topic-admin.ts';

/** The event log of an embedded engine, whose process also keeps small tables. */
export interface EmbeddedLog extends EventLog {
  /** A durable table; it comes into being with its first value. */
  table(name: string): LogTable;
}

/** Whether the log is an embedded engine's, whose process keeps tables. */
export const hasTables = (log: EventLog): log is EmbeddedLog => 'table' in log;

export interface EmbeddedLogOptions {
  readonly socketPath: string;
  readonly clock: Clock;
  /** How long a request is retried, and an outage borne, before LogUnavailableError. @default 10 s */
  readonly deadlineMs?: number;
}

const defaultDeadlineMs = 10_000;
/** Well below the engine's session timeout. */
const heartbeatMs = 5_000;

function openSocket(socketPath: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

/**
 * Connects to the engine that listens on the socket, and stays connected: through a restart of the engine, requests are
 * retried (each write takes place once) and consumers resume.
 * @throws LogUnavailableError when no engine answers within the deadline
 */
export async function connectEmbeddedLog({
  socketPath,
  clock,
  deadlineMs,
}: EmbeddedLogOptions): Promise<EmbeddedLog> {
  const log = createEmbeddedLog({
    open: () => openSocket(socketPath),
    clock,
    deadlineMs: deadlineMs ?? defaultDeadlineMs,
    heartbeatMs,
  });
  try {
    await log.ready();
    return log;
  } catch (error) {
    await log.close();
    throw error;
  }
}

/** The client over any stream to an engine. */
export function createEmbeddedLog(options: ConnectionOptions): EmbeddedLog & { ready(): Promise<void> } {
  const connection = createConnection(options);
  const open = new Set<{ close(): Promise<void> }>();
  let consumers = 0;
  let closed = false;

  function adopt<T extends { close(): Promise<void> }>(made: T): T {
    const part = {
      ...made,
      async close() {
        await made.close();
        open.delete(part);
      },
    };
    open.add(part);
    return part;
  }

  function assertOpen(): void {
    if (closed) throw new LogUnavailableError('this connection is closed');
  }

  return {
    admin: createTopicAdmin(connection),
    async createProducer() {
      assertOpen();
      return adopt(createEmbeddedProducer(connection));
    },
    async createTransactionalProducer(transactionalId) {
      assertOpen();
      return adopt(await createEmbeddedTransactionalProducer(connection, transactionalId));
    },
    async createConsumer(consumerOptions) {
      assertOpen();
      return adopt(createEmbeddedConsumer(connection, consumers++, consumerOptions));
    },
    table: (name) => createLogTable(connection, name),
    async ping() {
      await connection.ask('ping', {});
    },
    ready: () => connection.ready(),
    async close() {
      closed = true;
      await Promise.all([...open].map((part) => part.close()));
      await connection.close();
    },
  };
}
