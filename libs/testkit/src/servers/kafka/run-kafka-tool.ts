import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ServerFailedError } from '../errors.ts';
import { findSource } from '../find-source.ts';
import { logTail } from '../log-tail.ts';
import { createServerFolder } from '../server-folder.ts';

/** As Kafka's own scripts start their tools; of the JVM everything else is left as it is. */
const heap = '-Xmx512m';

/**
 * Runs a command-line tool of Kafka, such as `org.apache.kafka.tools.ProducerPerformance`, from the jars that brokers are
 * started from, and gives what it printed once it has ended, however it did.
 * @throws ServerMissingError where there is no Kafka; ServerFailedError where it has not ended in time, and is killed
 */
export async function runKafkaTool(
  mainClass: string,
  args: readonly string[],
  withinMs: number,
): Promise<string> {
  const source = findSource('kafka');
  const { folder, remove } = createServerFolder(source);
  const logFile = join(folder, 'tool.log');
  const timer = new AbortController();
  try {
    const tool = await source.start({
      program: 'java',
      args: [
        heap,
        '-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
        '-cp',
        `${source.file('libs') ?? ''}/*`,
        mainClass,
        ...args,
      ],
      folder,
      logFile,
    });
    const late = delay(withinMs, 'late', { signal: timer.signal });
    if ((await Promise.race([tool.waitUntilEnded(), late])) === 'late') {
      await tool.signal('SIGKILL');
      await tool.waitUntilEnded();
      throw new ServerFailedError('kafka', `${mainClass} did not end in ${withinMs} ms`, logTail(logFile));
    }
    return readFileSync(logFile, 'utf8');
  } finally {
    timer.abort();
    remove();
  }
}
