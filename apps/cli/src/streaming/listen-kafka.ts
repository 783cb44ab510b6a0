import { tokenUrl } from '../auth/token-endpoint.ts';
import { CliError } from '../cli-error.ts';
import type { ProjectContext } from '../command/command.ts';
import { projectCommand } from '../command/define.ts';
import { requiredText, text } from '../command/flag.ts';
import { apiAuthUrl } from '../command/global-flags.ts';
import { fetchKafkaExporter, kafkaExporterNames } from '../kafka/kafka-exporters.ts';
import { printable } from '../output/printable.ts';

const groupId = requiredText('--group-id <id>', 'consumer group: who shares one takes turns');
const bootstrapHosts = text(
  '--kafka-bootstrap-hosts <host:port,…>',
  'brokers to begin with',
  'export-bootstrap.kafka.strmprivacy.io:9092',
);

export const listenKafka = projectCommand({
  name: 'kafka',
  args: '<exporter>',
  about: 'show the events of a Kafka exporter as they come, until stopped',
  details: 'A group that is new begins with the next event, a known one where it stopped.',
  examples: ['listen kafka shared-export-demo --group-id me'],
  flags: [groupId, bootstrapHosts],
  formats: [],
  candidates: kafkaExporterNames,
  async run(context) {
    const { args, flags, io } = context;
    const wanted = {
      ...(await findTopic(context, args[0] ?? '')),
      group: flags.get(groupId),
      bootstrapServers: flags.get(bootstrapHosts),
      tokenEndpoint: tokenUrl(flags.get(apiAuthUrl), 'streams'),
    };
    // A Kafka client takes as long to load as all other commands together.
    const { followTopic } = await import('./follow-topic.ts');
    await followTopic(wanted, {
      clock: io.clock,
      signal: io.signal,
      onValue: (value) => io.stdout.write(`${printable(value.toString('utf8'))}\n`),
    });
    return undefined;
  },
});

async function findTopic(context: ProjectContext, name: string) {
  const exporter = (await fetchKafkaExporter(context, name)).value.kafkaExporter;
  const [user] = exporter?.users ?? [];
  const topic = exporter?.target?.topic || user?.topic;
  if (user === undefined || !topic) {
    throw new CliError(`The server shows no topic and no user of Kafka exporter '${name}'.`);
  }
  return { topic, clientId: user.clientId, clientSecret: user.clientSecret };
}
