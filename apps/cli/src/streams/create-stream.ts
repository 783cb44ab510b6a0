import { entities, streams as wire } from '@ccd/protocol';
import { CliError, UsageError } from '../cli-error.ts';
import type { ProjectContext } from '../command/command.ts';
import { projectCommand } from '../command/define.ts';
import { integers, optionalText, text, texts, toggle } from '../command/flag.ts';
import type { Flags } from '../command/flags.ts';
import { jsonOf } from '../output/output.ts';
import { policyFlags, policyIdOf } from '../policies/policy-flags.ts';
import { saveField } from '../saved/save-field.ts';
import { showStreams, streamNames } from './streams.ts';

const derivedFrom = optionalText(
  '-D, --derived-from <stream>',
  'source stream that this one is derived from',
);
const purposes = integers('-P, --purposes <levels>', 'purposes that an event must carry, like 0,1');
const description = text('--description <text>', 'what the stream is for', '');
const tags = texts('--tags <tags>', 'labels, separated by commas');
const save = toggle('--save', 'keep the result in saved-entities/', true);
const maskedFields = texts(
  '-M, --masked-fields <ref:fields>',
  'fields to hash: <contract ref>:field1,field2',
);
const maskSeed = text('--mask-seed <seed>', 'seed of the hashes; the server makes one up when absent', '');

export const createStream = projectCommand({
  name: 'stream',
  args: '[name]',
  about: 'create a stream, or derive one from another',
  details: [
    'A source stream takes events in. A stream derived from it holds only the events whose data subjects agreed to',
    'all of the given purposes, with the fields of these purposes decrypted. Without a name, a derived stream is',
    'named after its source and purposes.',
  ].join(' '),
  examples: [
    'create stream demo',
    'create stream --derived-from demo --purposes 0,1',
    'create stream demo-masked -D demo -P 3 -M strmprivacy/example/1.5.0:consistentValue',
  ],
  flags: [derivedFrom, purposes, description, tags, maskedFields, maskSeed, ...policyFlags, save],
  candidates: streamNames,
  async run(context) {
    const { api, flags, folder } = context;
    const answer = await api.call(wire.StreamsServiceService.createStream, {
      stream: await streamOf(context),
    });
    const { stream } = answer.value;
    if (flags.get(save)) await saveField(folder, 'Stream', stream?.ref?.name, answer, 'stream');
    return { ...jsonOf(answer), ...showStreams(context, stream === undefined ? [] : [stream]) };
  },
});

async function streamOf(context: ProjectContext): Promise<entities.Stream> {
  const { args, flags, project } = context;
  const [name = ''] = args;
  const linkedStream = flags.get(derivedFrom) ?? '';
  const consentLevels = flags.get(purposes);
  if (linkedStream === '' && name === '') throw new UsageError('give the stream a name');
  if (linkedStream === '' && consentLevels.length > 0) {
    throw new UsageError('--purposes belongs to a derived stream; add --derived-from');
  }
  if (linkedStream !== '' && consentLevels.length === 0) {
    throw new UsageError('a derived stream needs --purposes');
  }
  const masked = maskedFieldsOf(flags);
  return entities.Stream.create({
    ref: { name, projectId: project.id },
    linkedStream,
    consentLevels: [...consentLevels],
    ...(linkedStream === '' ? {} : { consentLevelType: entities.ConsentLevelType.GRANULAR }),
    description: flags.get(description),
    tags: flags
      .get(tags)
      .flatMap((part) => part.split(','))
      .filter((tag) => tag !== ''),
    policyId: await policyIdOf(context),
    ...(masked === undefined ? {} : { maskedFields: masked }),
  });
}

function maskedFieldsOf(flags: Flags): entities.MaskedFields | undefined {
  const patterns = flags.get(maskedFields).map((given) => {
    const colon = given.lastIndexOf(':');
    const fields = given.slice(colon + 1).split(',');
    if (colon <= 0 || fields.some((field) => field === '')) {
      throw new CliError(`--masked-fields is ${JSON.stringify(given)}; give <contract ref>:field1,field2`);
    }
    return [given.slice(0, colon), fields] as const;
  });
  if (patterns.length === 0) return undefined;
  const byContract = Map.groupBy(patterns, ([ref]) => ref);
  return entities.MaskedFields.create({
    seed: flags.get(maskSeed),
    fieldPatterns: Object.fromEntries(
      [...byContract].map(([ref, given]) => [ref, { fieldPatterns: given.flatMap(([, fields]) => fields) }]),
    ),
  });
}
