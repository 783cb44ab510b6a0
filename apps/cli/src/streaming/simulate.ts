import { CliError } from '../cli-error.ts';
import type { ProjectContext } from '../command/command.ts';
import { group, projectCommand } from '../command/define.ts';
import { choice, integer, text, toggle } from '../command/flag.ts';
import { streamNames } from '../streams/streams.ts';
import { toConsentSets } from './consent-sets.ts';
import { encodeDemoEvent, demoSchemaRef } from './demo-schema.ts';
import { randomEvent } from './random-event.ts';
import { sendEvents } from './send-events.ts';
import { tokenOfStream } from './stream-token.ts';

const eventsApiUrl = text(
  '--events-api-url <url>',
  'the event gateway',
  'https://events.strmprivacy.io/event',
);
const interval = integer('--interval <ms>', 'milliseconds between two events', 1000);
const sessionRange = integer('--session-range <n>', 'number of different sessions', 1000, 1);
const sessionPrefix = text('--session-prefix <prefix>', 'what the names of sessions begin with', 'session');
const purposes = text(
  '--purposes <sets>',
  'sets of purposes to draw the consent of an event from; "" is no consent',
  '"",0,0/1,0/1/2,0/1/2/3',
);
const levels = text('--levels <sets>', 'old name of --purposes', '', { hidden: true });
const quiet = toggle('--quiet', 'say nothing while sending');
const schema = choice('--schema <ref>', 'what the events look like', [demoSchemaRef], demoSchemaRef);

const simulateRandomEvents = projectCommand({
  name: 'random-events',
  args: '<stream>',
  about: 'send made-up events to a source stream until stopped',
  details: [
    'The events follow the public example contract. The first answer of the gateway that is not 204 ends the command',
    'with the reason that the gateway gave.',
  ].join(' '),
  examples: [
    'simulate random-events demo',
    'simulate random-events demo --interval 10 --purposes 0,0/1 --quiet',
  ],
  flags: [eventsApiUrl, interval, sessionRange, sessionPrefix, purposes, levels, quiet, schema],
  formats: [],
  candidates: streamNames,
  async run(context: ProjectContext) {
    const { io, flags, args } = context;
    const choices = {
      contractRef: flags.get(schema),
      sessionPrefix: flags.get(sessionPrefix),
      sessionRange: flags.get(sessionRange),
      consents: toConsentSets(flags.get(flags.given(levels) ? levels : purposes)),
    };
    const isQuiet = flags.get(quiet);
    const say = (line: string): void => {
      if (!isQuiet) io.stdout.write(`${line}\n`);
    };
    const url = flags.get(eventsApiUrl);
    if (!URL.canParse(url)) throw new CliError(`--events-api-url is ${JSON.stringify(url)}, not a URL`);
    const token = await tokenOfStream(context, args[0] ?? '');
    say(`Sending events to ${url}; stop with Ctrl-C.`);
    await sendEvents({
      ...{ fetch: io.fetch, clock: io.clock, signal: io.signal, token, url, schemaRef: choices.contractRef },
      intervalMs: flags.get(interval),
      nextEvent: () => encodeDemoEvent(randomEvent(choices, io.random)),
      onProgress: (count) => {
        say(`Sent ${count} events`);
      },
    });
    return undefined;
  },
});

export const simulate = group('simulate', 'send made-up events', [simulateRandomEvents]);
