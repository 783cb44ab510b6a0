import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { CliError } from '../cli-error.ts';
import { readTextIfAny, writePrivateFile } from './private-file.ts';

/** Flags by name, as config.yaml gives them; every value as text. */
export type Settings = Readonly<Record<string, string>>;

const explained: readonly (readonly [name: string, value: string, why: string])[] = [
  ['api-host', 'api.strmprivacy.io:443', 'server of the control plane; plaintext when it contains :50051'],
  ['api-auth-url', 'https://accounts.strmprivacy.io', 'where logins and tokens come from'],
  ['events-api-url', 'https://events.strmprivacy.io/event', 'where simulated events are sent'],
  [
    'kafka-bootstrap-hosts',
    'export-bootstrap.kafka.strmprivacy.io:9092',
    'where exported events are read from',
  ],
  ['save', 'true', 'keep what is created in saved-entities/'],
];

const introduction = [
  '# Values for flags of strm that are not typed, by the name of the flag.',
  '# A typed flag wins, then the environment (STRM_API_HOST for api-host), then this file.',
].join('\n');

function template(settings: Settings): string {
  const known = new Set(explained.map(([name]) => name));
  const added = Object.keys(settings).filter((name) => !known.has(name));
  const blocks = [
    ...explained.map(([name, value, why]) => {
      const given = settings[name];
      return `# ${why}\n${given === undefined ? `# ${name}: ${value}` : `${name}: ${JSON.stringify(given)}`}`;
    }),
    ...added.map((name) => `${name}: ${JSON.stringify(settings[name])}`),
  ];
  return `${[introduction, ...blocks].join('\n\n')}\n`;
}

const fileIn = (folder: string): string => join(folder, 'config.yaml');

/** Leaves a config.yaml with everything commented out where there is none. */
export async function ensureConfigFile(folder: string): Promise<void> {
  if ((await readTextIfAny(fileIn(folder))) === undefined) {
    await writePrivateFile(fileIn(folder), template({}));
  }
}

/** Sets flags in config.yaml and keeps whatever else a person wrote there. */
export async function writeConfig(folder: string, settings: Settings): Promise<void> {
  const present = await readTextIfAny(fileIn(folder));
  if (present === undefined || Object.keys(parse(present, folder)).length === 0) {
    await writePrivateFile(fileIn(folder), template(settings));
    return;
  }
  const document = parseDocument(present);
  for (const [name, value] of Object.entries(settings)) document.set(name, value);
  await writePrivateFile(fileIn(folder), document.toString());
}

/** @throws CliError where the file is not what it should be */
export async function readSettings(folder: string): Promise<Settings> {
  return parse((await readTextIfAny(fileIn(folder))) ?? '', folder);
}

function parse(content: string, folder: string): Settings {
  const document = parseDocument(content);
  const [problem] = document.errors;
  if (problem !== undefined) throw new CliError(`${fileIn(folder)} is not valid YAML: ${problem.message}`);
  const value: unknown = document.toJS();
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new CliError(`${fileIn(folder)} does not hold flags with values, like: api-host: localhost:50051`);
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== null)
      .map(([name, entry]) => [name, String(entry)]),
  );
}
