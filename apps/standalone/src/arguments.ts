import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parseNetwork } from '@ccd/storage';

export interface StartOptions {
  readonly dataDir: string;
  readonly host: string;
  /** Of the gateway; the three next to it are for tokens, the web socket and the schema registry. */
  readonly port: number;
  readonly demo: boolean;
  /** Networks of this machine and around it that connectors may lead to, as address/bits between commas. */
  readonly allowedNetworks?: string;
  readonly engines: EnginesChoice;
}

/** What stands behind the apps: engines that need nothing, or the servers of production. */
export type EnginesChoice = 'embedded' | 'real';

export type Arguments =
  { readonly kind: 'start'; readonly options: StartOptions } | { readonly kind: 'help' };

/** Something was typed that means nothing here. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
}

export const usage = `Runs the whole system on this machine, with a demo.

usage: npm start -- [options]

  --engines <set>  embedded (default): needs no server
                   real: Kafka, Redis, PostgreSQL and S3, run here as well (below)
  --no-demo        start without demo entities and simulated events
  --data <dir>     where everything is kept (default: data, or data-real with --engines real)
  --port <n>       port of the event gateway (default: 8080); tokens are issued on the
                   next port, events are read over web sockets on the one after it,
                   schemas are looked up on the third
  --host <addr>    address to listen on (default: 127.0.0.1)
  --allow-networks <list>
                   private networks in which stores and databases of data connectors may
                   be, such as 127.0.0.0/8,10.0.0.0/8 (default: none but the internet)
  --help           show this

With --engines real, servers are started that npm run test-servers installs; their data
is kept in the data folder. To use servers of your own instead, name them in the environment,
by the settings of the apps (docs/operations/engines.md); each may be given or left out:

  STRM_BOOTSTRAP_SERVERS    Kafka, host:port between commas; STRM_KAFKASEC_* as well
  STRM_REDIS_HOST           Redis, host:port; STRM_REDIS_PASSWORD, STRM_REDIS_TLS, … as well
  DATABASE_URL              PostgreSQL, postgres://user:password@host:port/database
  BUCKET                    bucket of the demo, with BUCKET_CREDENTIALS_FILE, the document
                            of an S3 data connector; STORAGE_CA as well

The gRPC API is on port 50051, since clients speak plaintext to that port alone: a second
system beside this one needs a --host of its own, such as 127.0.0.2. Ctrl-C stops in order;
starting again continues where it was. Removing the data folder starts afresh.
`;

const highestPort = 65_535 - 3;

/** @throws ArgumentError */
export function parseArguments(argv: readonly string[], callerFolder: string): Arguments {
  const given = parse(argv);
  if (given.help === true) return { kind: 'help' };
  const port = Number(given.port ?? '8080');
  if (!Number.isInteger(port) || port < 1 || port > highestPort) {
    throw new ArgumentError(
      `--port is ${JSON.stringify(given.port)}; give a number from 1 to ${highestPort}`,
    );
  }
  const networks = given['allow-networks'];
  if (networks?.split(',').every((each) => parseNetwork(each.trim()) !== undefined) === false) {
    throw new ArgumentError(`--allow-networks is ${JSON.stringify(networks)}; give networks as 10.0.0.0/8`);
  }
  const engines = given.engines ?? 'embedded';
  if (engines !== 'embedded' && engines !== 'real') {
    throw new ArgumentError(`--engines is ${JSON.stringify(engines)}; give embedded or real`);
  }
  if (given.data === '') throw new ArgumentError('--data is empty; give a folder');
  return {
    kind: 'start',
    options: {
      dataDir: resolve(callerFolder, given.data ?? (engines === 'real' ? 'data-real' : 'data')),
      host: given.host ?? '127.0.0.1',
      port,
      demo: given['no-demo'] !== true,
      ...(networks !== undefined && { allowedNetworks: networks }),
      engines,
    },
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        engines: { type: 'string' },
        'no-demo': { type: 'boolean' },
        data: { type: 'string' },
        port: { type: 'string' },
        host: { type: 'string' },
        'allow-networks': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new ArgumentError(`${reason}. See: npm start -- --help`, { cause: error });
  }
}
