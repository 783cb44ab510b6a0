import { randomInt } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { systemClock } from '@ccd/reconcile';
import type { Clock } from '@ccd/reconcile';
import { createLogger } from '@ccd/service';
import type { LogLevel } from '@ccd/service';
import { startEmbeddedEngines } from '../embedded-engines.ts';
import { foldersOf } from '../folders.ts';
import { locateApps } from '../locate-apps.ts';
import { prepareCli } from '../prepare-cli.ts';
import { startStandalone } from '../start-standalone.ts';
import type { RunningStandalone } from '../start-standalone.ts';
import { strm } from '../strm.ts';

/** The CLI speaks plaintext on port 50051 alone, so that systems side by side have addresses of their own. */
export const ownAddress = (): string => `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`;

export const grpcPort = 50_051;

const path = '/usr/bin:/bin';

export const mainProgram = resolve(import.meta.dirname, '../main.ts');

export interface Rig {
  readonly system: RunningStandalone;
  readonly strmFolder: string;
  readonly exportsFolder: string;
  /** What all processes logged so far. */
  readonly log: () => string;
  /** Runs a command of `strm`. */
  readonly strm: (...argv: string[]) => Promise<string>;
  stop(): Promise<void>;
}

/** The whole system from its sources: this process, the engine beside it, and the workers that the agents run. */
export async function startRig(
  dataDir: string,
  {
    clock = systemClock,
    logLevel = 'info',
    allowedNetworks,
  }: { readonly clock?: Clock; readonly logLevel?: LogLevel; readonly allowedNetworks?: string } = {},
): Promise<Rig> {
  const folders = foldersOf(dataDir);
  const apps = locateApps(mainProgram);
  const host = ownAddress();
  const lines: string[] = [];
  const destination = { write: (line: string) => lines.push(line) };
  const system = await startStandalone(
    {
      dataDir,
      host,
      ports: { grpc: grpcPort, auth: 0, gateway: 0, webSocket: 0, schemaRegistry: 0 },
      path,
      appsDir: apps.folder,
      startEngines: (runtime) => startEmbeddedEngines({ ...runtime, dataDir, entry: apps.engine, path }),
      pollIntervalMs: 250,
      usageIntervalMs: 1_000,
      ...(allowedNetworks !== undefined && { allowedNetworks }),
    },
    {
      clock,
      logger: (name) => createLogger({ name, destination, level: logLevel }),
      onLine: (line) => {
        lines.push(line);
      },
    },
  );
  await prepareCli(folders.strm, host, system, clock);
  const stopping = new AbortController();
  return {
    system,
    strmFolder: folders.strm,
    exportsFolder: folders.exports,
    log: () => lines.join('\n'),
    strm: (...argv) => strm(argv, { folder: folders.strm, clock, signal: stopping.signal }),
    async stop() {
      stopping.abort();
      await system.stop('the test is over');
    },
  };
}

/** Files below a folder whose path begins as given, with their content; those in the making are left out. */
export async function readExports(folder: string, prefix: string): Promise<readonly string[]> {
  const names = await readdir(join(folder, prefix), { recursive: true }).catch(() => []);
  const files = names.filter((name) => /^[^.].*\.(jsonl|csv)$/.test(name)).toSorted();
  return Promise.all(files.map((name) => readFile(join(folder, prefix, name), 'utf8')));
}
