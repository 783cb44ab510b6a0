import type { ServerSource } from '../source.ts';

/** Arguments of `java` ahead of a main class: a small heap, a fast start, and silence but for errors and the readiness of a broker. */
export function javaArguments(source: ServerSource): readonly string[] {
  const archive = source.file('archive');
  return [
    '-Xms64m',
    '-Xmx256m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    // Of another Java than the one that wrote it, it is left aside.
    ...(archive === undefined ? [] : ['-Xshare:auto', `-XX:SharedArchiveFile=${archive}`, '-Xlog:disable']),
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
    '-cp',
    `${source.file('libs') ?? ''}/*`,
  ];
}

/** Has Java write an archive of the classes that were loaded, where the source names a file for it. */
export function newArchive(source: ServerSource): readonly string[] {
  const file = source.file('newArchive');
  return file === undefined ? [] : [`-XX:ArchiveClassesAtExit=${file}`, '-Xlog:disable'];
}
