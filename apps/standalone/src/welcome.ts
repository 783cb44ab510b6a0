import type { RunningStandalone } from './start-standalone.ts';

export interface WelcomeOptions {
  readonly dataDir: string;
  /** Where `npm run strm` looks by itself. */
  readonly defaultDataDir: string;
  readonly strmFolder: string;
  readonly logFile: string;
  readonly host: string;
  readonly demo: boolean;
}

/** What to open and to try. */
export function welcome(
  system: RunningStandalone,
  { dataDir, defaultDataDir, strmFolder, logFile, host, demo }: WelcomeOptions,
): readonly string[] {
  const { gatewayUrl, eventsUrl, webSocketUrl, schemaRegistryUrl, authUrl, grpcPort, bootstrap, engines } =
    system;
  const prefix = dataDir === defaultDataDir ? '' : `STRM_CONFIG_PATH=${strmFolder} `;
  const commands = commandsToTry(demo, bootstrap !== undefined);
  return [
    '',
    'The streaming engine is running.',
    '',
    `  events in       ${eventsUrl}`,
    `  events out      ${webSocketUrl}`,
    `  schemas         ${schemaRegistryUrl}`,
    `  gRPC API        ${host}:${grpcPort}`,
    `  tokens          ${authUrl}`,
    `  health          ${gatewayUrl}/ready  ${gatewayUrl}/metrics`,
    `  exported files  ${engines.bucket.where}`,
    ...engines.places.map(([what, where]) => `  ${what.padEnd(15)} ${where}`),
    `  log             ${logFile}`,
    '',
    'Try, in a second terminal:',
    '',
    ...commands.map((command) => `  ${prefix}npm run strm -- ${command}`),
    '',
    'Ctrl-C stops everything; starting again continues where it was.',
    '',
  ];
}

/** Each works as printed: what is created is not there yet, what is read is. */
function commandsToTry(demo: boolean, isFirstStart: boolean): readonly string[] {
  if (demo) {
    return [
      'list streams',
      'get stream demo --recursive',
      'listen web-socket demo-masked',
      'create stream --derived-from demo --purposes 1,2',
      'monitor all',
    ];
  }
  return isFirstStart
    ? [
        'create stream demo',
        'create stream --derived-from demo --purposes 1',
        'simulate random-events demo',
        'listen web-socket demo-1',
        'monitor all',
      ]
    : ['list streams', 'list batch-exporters', 'list data-contracts', 'context account', 'monitor all'];
}
