import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '@ccd/service';
import { z } from 'zod';
import type { EnginesChoice } from './arguments.ts';
import { startEmbeddedEngines } from './embedded-engines.ts';
import type { EnginesRuntime, RunningEngines } from './engines.ts';
import { foldersOf } from './folders.ts';
import { loadOrMake } from './kept-file.ts';
import type { AppLocations } from './locate-apps.ts';
import { startServerEngines } from './server-engines.ts';
import { readGivenServers } from './server-settings.ts';
import type { GivenServers } from './server-settings.ts';

/** The data folder was made with other engines, which have its data. */
export class OtherEnginesError extends Error {
  override readonly name = 'OtherEnginesError';
  constructor(dataDir: string, its: EnginesChoice) {
    super(`the data in ${dataDir} is that of --engines ${its}; give this start a --data of its own`);
  }
}

export interface ChooseEnginesOptions {
  readonly choice: EnginesChoice;
  readonly dataDir: string;
  readonly apps: AppLocations;
  /** Of this process. */
  readonly environment: Environment;
}

/** By which servers that run beside the apps are looked for. */
const ofSearch = ['PATH', 'HOME', 'XDG_CACHE_HOME', 'CCD_TEST_SERVERS', 'DOCKER_HOST', 'JAVA_HOME'];

export interface ChosenEngines {
  readonly start: (runtime: EnginesRuntime) => Promise<RunningEngines>;
  /** Servers of a person's own, with the settings that named them: not all of these were meant for this start. */
  readonly given: GivenServers['given'];
}

/** The engines that a person chose, once for a data folder. @throws OtherEnginesError, ConfigError */
export async function chooseEngines({
  choice,
  dataDir,
  apps,
  environment,
}: ChooseEnginesOptions): Promise<ChosenEngines> {
  // Wrong settings are told before anything is written.
  const given = choice === 'real' ? readGivenServers(environment) : undefined;
  const its = await loadOrMake(join(dataDir, 'engines.json'), z.enum(['embedded', 'real']), () =>
    // Folders of the embedded engines had no such file at first.
    existsSync(foldersOf(dataDir).engine) ? 'embedded' : choice,
  );
  if (its !== choice) throw new OtherEnginesError(dataDir, its);
  if (given === undefined) {
    const path = environment['PATH'] ?? '';
    return {
      start: (runtime) => startEmbeddedEngines({ ...runtime, dataDir, entry: apps.engine, path }),
      given: [],
    };
  }
  const search = ofSearch.flatMap((name): readonly (readonly [string, string])[] => {
    const { [name]: value } = environment;
    return value === undefined ? [] : [[name, value]];
  });
  return {
    start: (runtime) =>
      startServerEngines({
        ...runtime,
        dataDir,
        entry: apps.servers,
        environment: Object.fromEntries<string>(search),
        given,
      }),
    given: given.given,
  };
}
