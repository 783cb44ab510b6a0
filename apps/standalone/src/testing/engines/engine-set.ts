import type { ExportedPartition } from '../faults/read-exported.ts';
import type { LogTopic } from '../faults/read-log.ts';
import type { BuiltApps } from '../processes/build-apps.ts';
import type { Launcher } from '../processes/launcher.ts';
import type { ManagedProcess } from '../processes/managed-process.ts';

type Settings = Readonly<Record<string, string>>;

/** What can be seen from outside of what a system made, without its help. */
export interface Outside {
  topicNames(): Promise<readonly string[]>;
  /** Of a topic that is made again under the same name it is another one. @throws when there is no such topic */
  topicId(name: string): Promise<string>;
  /** @throws when there is no such topic */
  topic(name: string): Promise<Pick<LogTopic, 'partitions'>>;
  /** The objects that an exporter wrote below its prefix. */
  exported(prefix: string): Promise<ReadonlyMap<number, ExportedPartition>>;
}

/** A set of engines of a test's own. The apps learn of it by their settings alone. */
export interface EngineSet {
  readonly controlPlane: Settings;
  readonly dataPlane: Settings;
  /** Where exporters write, as the credentials document of a data connector has it. */
  readonly bucket: { readonly name: string; readonly credentials: string };
  readonly outside: Outside;
  /** Engines that are apps of ours. */
  readonly processes: Readonly<Record<string, ManagedProcess>>;
  /** A topic that nobody asked the system for. */
  makeForeignTopic(name: string): Promise<void>;
  /** SIGKILL to all of it; what is stored stays. */
  kill(): Promise<void>;
  /** Has it back after a kill. */
  revive(): Promise<void>;
  stop(): Promise<void>;
}

export interface EngineSetOptions {
  /** Of this system alone, short enough for a Unix socket. */
  readonly folder: string;
  readonly apps: Pick<BuiltApps, 'engine'>;
  readonly launcher: Launcher;
}
