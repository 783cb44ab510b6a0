import { z } from 'zod';
import {
  batchExportersAgent,
  dataConnectorAgent,
  eventGateway,
  services,
  streamsAgent,
} from './components.ts';
import { section, text, without } from './fields.ts';
import { shared } from './shared.ts';

/** What Helm itself puts into the values: `global`, and a part for every chart that one depends on. */
export const ofHelm = Object.fromEntries(
  ['global', 'library', 'event-gateway', 'streams-agent', 'data-connectors-agent', 'exporters-agent'].map(
    (name) => [name, z.looseObject({}).optional()],
  ),
);

const chart = (components: z.ZodRawShape, more: z.ZodRawShape = {}) =>
  z.strictObject({
    ...ofHelm,
    ...shared,
    ...more,
    components: section('What is installed', components),
  });

/** What each chart takes, by the chart's folder. */
export const chartValues = {
  'event-gateway': chart({ eventGateway }, { services }),
  'streams-agent': chart({ streamsAgent }),
  'data-connectors-agent': chart({ dataConnectorAgent }),
  'exporters-agent': chart({ batchExportersAgent }),
  strm: chart(
    {
      eventGateway,
      streamsAgent,
      dataConnectorAgent,
      batchExportersAgent,
      decrypterConfig: z
        .looseObject({ redisHost: text('The same as redis.host') })
        .prefault({})
        .describe('Names of the public chart'),
      batchJobAgent: without('Batch jobs are not part of this version'),
      webSocket: without('The web socket is not part of this version'),
      confluentSchemaProxy: without('The schema registry is not part of this version'),
      esrProxy: without('The usage forwarder is not part of this version'),
    },
    {
      services,
      prometheus: without('Dashboards are not part of this version'),
      postgresql: without('Batch jobs and their database are not part of this version'),
    },
  ),
} satisfies Readonly<Record<string, z.ZodType>>;

export type ChartName = keyof typeof chartValues;
