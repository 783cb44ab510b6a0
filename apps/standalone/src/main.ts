import { resolve } from 'node:path';
import { describeBootstrap } from '@ccd/control-plane';
import { systemClock } from '@ccd/reconcile';
import { createLogger, errorFields, ListenError } from '@ccd/service';
import { ArgumentError, parseArguments, usage } from './arguments.ts';
import type { StartOptions } from './arguments.ts';
import { chooseEngines } from './choose-engines.ts';
import { runDemo } from './demo/run-demo.ts';
import { toLine } from './demo/tally.ts';
import { openBucket } from './engines.ts';
import { foldersOf } from './folders.ts';
import { locateApps } from './locate-apps.ts';
import { openLogFile } from './log-file.ts';
import { prepareCli } from './prepare-cli.ts';
import { startStandalone } from './start-standalone.ts';
import { createTerminal } from './terminal.ts';
import { welcome } from './welcome.ts';

const apps = locateApps(import.meta.filename);
const grpcPort = 50_051;

const portTaken = `Does it run already? A second one beside it needs a --data and a --host of its own, such as 127.0.0.2: clients
of the protocol speak plaintext to port ${grpcPort} alone, whatever --port says.`;

async function run(options: StartOptions): Promise<void> {
  const { dataDir, host, port, allowedNetworks } = options;
  const clock = systemClock;
  const folders = foldersOf(dataDir);
  const log = openLogFile(folders.log);
  const terminal = createTerminal({ output: process.stdout, now: () => clock.monotonic() });
  const stopping = new AbortController();
  terminal.lines([`Starting the streaming engine in ${dataDir} …`]);
  const logger = createLogger({ name: 'start', destination: log });

  const engines = await chooseEngines({
    choice: options.engines,
    dataDir,
    apps,
    environment: process.env,
  });
  if (engines.given.length > 0) {
    terminal.lines(['Servers of yours, as the environment names them:']);
    terminal.lines(engines.given.map(([server, setting]) => `  ${server.padEnd(8)} by ${setting}`));
  }
  const system = await startStandalone(
    {
      dataDir,
      host,
      ports: {
        grpc: grpcPort,
        auth: port + 1,
        gateway: port,
        webSocket: port + 2,
        schemaRegistry: port + 3,
      },
      path: process.env['PATH'] ?? '',
      appsDir: apps.folder,
      startEngines: engines.start,
      ...(allowedNetworks !== undefined && { allowedNetworks }),
    },
    {
      clock,
      logger: (name) => createLogger({ name, destination: log }),
      onLine: (line) => {
        log.write(line);
      },
    },
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping.signal.aborted) return;
      stopping.abort();
      terminal.lines(['', 'Stopping …']);
    });
  }
  await prepareCli(folders.strm, host, system, clock);
  if (system.bootstrap !== undefined) {
    terminal.lines([
      describeBootstrap(system.bootstrap).trimEnd(),
      '',
      `They are kept in ${dataDir} as well: in use by the agents, and logged in for npm run strm.`,
    ]);
  }
  terminal.lines(
    welcome(system, {
      dataDir,
      defaultDataDir: resolve(apps.clone, 'data'),
      strmFolder: folders.strm,
      logFile: folders.log,
      host,
      demo: options.demo,
    }),
  );
  async function showDemo(): Promise<void> {
    const store = await openBucket(system.engines);
    try {
      await runDemo({
        strmFolder: folders.strm,
        bucket: system.engines.bucket,
        store,
        clock,
        signal: stopping.signal,
        onLines: (lines) => {
          terminal.lines(lines);
        },
        onTally: (tally) => {
          terminal.status(toLine(tally));
        },
      });
    } catch (error) {
      if (stopping.signal.aborted) return;
      logger.error({ error: errorFields(error) }, 'the demo ended');
      terminal.lines([`The demo ended: ${error instanceof Error ? error.message : String(error)}`]);
    } finally {
      await store.close();
    }
  }
  const demo = options.demo ? showDemo() : Promise.resolve();
  await new Promise((stop) => {
    stopping.signal.addEventListener('abort', stop, { once: true });
  });
  await demo;
  terminal.close();
  await system.stop('a person asked');
  await log.close();
}

try {
  const given = parseArguments(process.argv.slice(2), process.env['CCD_CALLER_FOLDER'] ?? process.cwd());
  if (given.kind === 'help') process.stdout.write(usage);
  else await run(given.options);
  process.exit(0);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  const hint = error instanceof ListenError ? `\n${portTaken}` : '';
  process.stderr.write(
    `${error instanceof ArgumentError ? message : `The system could not start: ${message}${hint}`}\n`,
  );
  process.exit(error instanceof ArgumentError ? 2 : 1);
}
